import { addressOfParameters } from "./address-of-parameters.ts";
import { type Environment, type ServerAddress, variable } from "./server-address.ts";

const choosingVariables = [
  ...["PGHOST", "PGHOSTADDR", "PGPORT", "PGDATABASE", "PGUSER", "PGSERVICE"],
];

/** The first of the `PG*` variables that is set and says which server is meant, if any. */
export function choosingVariable(env: Environment): string | undefined {
  return choosingVariables.find((name) => variable(env, name) !== undefined);
}

/** Reads the server from the `PG*` variables of libpq; the host is `localhost` unless one is named. */
export function readPgVariables(env: Environment): ServerAddress {
  return addressOfParameters(new Map(), choosingVariable(env) ?? "PGHOST", env);
}
