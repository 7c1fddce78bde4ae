import { RunnerError } from "../../errors.ts";
import { nearestNames } from "../../text/nearest-names.ts";
import type { Parameter } from "./parameter.ts";
import { type Environment, isOfProject, variable } from "./server-address.ts";
import { readService } from "./service-file.ts";

/** libpq's connection parameters by name. */
export type Parameters = ReadonlyMap<string, Parameter>;

/** The variable that gives each parameter when nothing else does. */
const variables = {
  ...{ host: "PGHOST", hostaddr: "PGHOSTADDR", port: "PGPORT", dbname: "PGDATABASE" },
  ...{ user: "PGUSER", password: "PGPASSWORD", passfile: "PGPASSFILE", service: "PGSERVICE" },
  ...{ connect_timeout: "PGCONNECT_TIMEOUT", options: "PGOPTIONS", sslmode: "PGSSLMODE" },
  ...{ sslrootcert: "PGSSLROOTCERT", sslcert: "PGSSLCERT", sslkey: "PGSSLKEY" },
  ...{ sslnegotiation: "PGSSLNEGOTIATION", channel_binding: "PGCHANNELBINDING" },
  ...{ target_session_attrs: "PGTARGETSESSIONATTRS", sslcrl: "PGSSLCRL", sslcrldir: "PGSSLCRLDIR" },
  ...{ require_auth: "PGREQUIREAUTH", requirepeer: "PGREQUIREPEER" },
};

/** These make a connection safer or change its kind; ignoring them silently would be wrong. */
const refused = [
  ...["sslcrl", "sslcrldir", "sslpassword", "require_auth", "requirepeer", "replication"],
];

/** They make no difference here. */
const ignored = [
  ...["ssl", "uselibpqcompat", "application_name", "fallback_application_name", "client_encoding"],
  ...["keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count"],
  ...["tcp_user_timeout", "gssencmode", "gsslib", "gssdelegation", "krbsrvname", "sslcompression"],
  ...["sslcertmode", "sslsni", "ssl_min_protocol_version", "ssl_max_protocol_version"],
  ...["load_balance_hosts", "min_protocol_version", "max_protocol_version"],
];

/**
 * Completes what a setting says with the service that it names (`service`, `PGSERVICE`), then with
 * the `PG*` variables, as libpq does. Throws USAGE on a parameter that is unknown or not supported.
 */
export function completeParameters(
  given: Parameters,
  env: Environment,
  left: readonly string[] = [],
): Parameters {
  const fromEnvironment = readVariables(env);
  for (const name of left) fromEnvironment.delete(name);
  const service = given.get("service") ?? fromEnvironment.get("service");
  if (service && isOfProject(env)) throw serviceOfProject(service);
  const all = new Map([
    ...fromEnvironment,
    ...(service ? readService(service, env) : []),
    ...given,
  ]);
  for (const [name, { value, source }] of all) checkParameter(name, value, source);
  return all;
}

// A service has a password, and the file of the project may name another server beside it.
function serviceOfProject({ source, value }: Parameter): RunnerError {
  return new RunnerError(
    "USAGE",
    `${source} of a file of the project names the service ${JSON.stringify(value)}`,
    { hint: "services are the user's own: set PGSERVICE in the environment" },
  );
}

function readVariables(env: Environment): Map<string, Parameter> {
  const found = new Map<string, Parameter>();
  for (const [name, source] of Object.entries(variables)) {
    const value = variable(env, source);
    if (value !== undefined) found.set(name, { value, source });
  }
  return found;
}

function checkParameter(name: string, value: string, source: string): void {
  if (refused.includes(name)) {
    throw new RunnerError("USAGE", `${source}: ${name} is not supported`, { hint: "remove it" });
  }
  const known = [...Object.keys(variables), ...ignored];
  if (!known.includes(name)) {
    const [nearest] = nearestNames(name, known, 1);
    throw new RunnerError("USAGE", `${source}: PostgreSQL has no connection parameter ${name}`, {
      hint: nearest === undefined ? "remove it" : `did you mean ${nearest}?`,
    });
  }
  if (name === "target_session_attrs") checkTarget(value, source);
}

// A run refuses a server that it cannot write to anyway.
function checkTarget(value: string, source: string): void {
  if (["any", "read-write", "primary"].includes(value)) return;
  throw new RunnerError("USAGE", `${source}: target_session_attrs is ${JSON.stringify(value)}`, {
    hint: "a run writes: use primary or read-write, or leave it out",
  });
}
