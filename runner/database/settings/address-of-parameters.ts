import { RunnerError } from "../../errors.ts";
import { completeParameters, type Parameters } from "./connection-parameters.ts";
import { passwordFor } from "./password-file.ts";
import {
  defaultUser,
  type Environment,
  isOfProject,
  type ServerAddress,
  timeoutMillis,
  variable,
} from "./server-address.ts";
import { tlsOfParameters } from "./tls-of-parameters.ts";

/**
 * The server that a setting's parameters name, completed by a service, the `PG*` variables, the
 * password file and libpq's defaults. `source` is the setting to name in messages; `left` are the
 * parameters that are not taken from variables.
 */
export function addressOfParameters(
  given: Parameters,
  source: string,
  env: Environment,
  left: readonly string[] = [],
): ServerAddress {
  const all = completeParameters(given, env, left);
  const value = (name: string) => all.get(name)?.value || undefined;
  const named = value("host");
  // An address of the setting itself beats a name that the environment has; both may be given.
  const host = singleHost(value("hostaddr") ?? named ?? "localhost", source);
  const user = value("user") ?? defaultUser(env);
  const port = parsePort(value("port") ?? "5432", all.get("port")?.source ?? source);
  const database = value("dbname") ?? user;
  // An address beside a name would take the password of the name elsewhere.
  const isNamed = named !== undefined && (!isOfProject(env) || value("hostaddr") === undefined);
  const login = { host: isNamed ? named : host, port, database, user };
  return {
    ...{ host, port, user, database },
    ...passwordFor(login, value("password"), value("passfile"), env),
    tls: tlsOfParameters(all, { host, named: named ?? host }, source, env),
    connectTimeoutMillis: timeoutMillis(value("connect_timeout")),
    ...optionsOf(value("options"), env),
  };
}

/**
 * The options of a connection: `given`, after `PGTZ` and `PGDATESTYLE`. libpq sends these two as separate settings; the
 * driver cannot.
 */
export function optionsOf(
  given: string | undefined,
  env: Environment,
): Pick<ServerAddress, "options"> {
  const settings = [
    ["timezone", variable(env, "PGTZ")],
    ["datestyle", variable(env, "PGDATESTYLE")],
  ].flatMap(([name, value]) =>
    value === undefined ? [] : [`-c ${name}=${value.replace(/[\\\s]/g, "\\$&")}`],
  );
  // Later settings win, and options are more explicit than variables.
  const options = [...settings, ...(given === undefined ? [] : [given])].join(" ");
  return options === "" ? {} : { options };
}

/** A port number from text; `source` is the setting to name when it is not one. */
export function parsePort(text: string, source: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new RunnerError("USAGE", `${source}: ${JSON.stringify(text)} is not a port number`);
  }
  return port;
}

/** Throws USAGE on a list of servers. */
export function singleHost(host: string, source: string): string {
  if (!host.includes(",")) return host;
  throw new RunnerError("USAGE", `${source} names several servers (${host})`, {
    hint: "name the one that is written to: a run has one writer and one server",
  });
}
