import { parsePort } from "./connection-url.ts";
import {
  defaultUser,
  type Environment,
  type ServerAddress,
  timeoutMillis,
  variable,
} from "./server-address.ts";
import { readPem, tlsSetting } from "./tls-mode.ts";

const choosingVariables = ["PGHOST", "PGHOSTADDR", "PGPORT", "PGDATABASE", "PGUSER"];

/** The first of the `PG*` variables that is set and says which server is meant, if any. */
export function choosingVariable(env: Environment): string | undefined {
  return choosingVariables.find((name) => variable(env, name) !== undefined);
}

/** Reads the server from the `PG*` variables of libpq; the host is `localhost` unless one is named. */
export function readPgVariables(env: Environment): ServerAddress {
  const host = variable(env, "PGHOSTADDR") ?? variable(env, "PGHOST") ?? "localhost";
  const user = defaultUser(env);
  return {
    host,
    port: parsePort(variable(env, "PGPORT") ?? "5432", "PGPORT"),
    user,
    password: variable(env, "PGPASSWORD"),
    database: variable(env, "PGDATABASE") ?? user,
    tls: tlsSetting({
      host,
      mode: variable(env, "PGSSLMODE"),
      ca: readPem(env.PGSSLROOTCERT, "PGSSLROOTCERT"),
      cert: readPem(env.PGSSLCERT, "PGSSLCERT"),
      key: readPem(env.PGSSLKEY, "PGSSLKEY"),
      source: "PGSSLMODE",
    }),
    connectTimeoutMillis: timeoutMillis(variable(env, "PGCONNECT_TIMEOUT")),
  };
}
