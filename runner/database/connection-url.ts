import { parse } from "pg-connection-string";
import { RunnerError } from "../errors.ts";
import {
  defaultUser,
  type Environment,
  type ServerAddress,
  timeoutMillis,
  variable,
} from "./server-address.ts";
import { readPem, tlsSetting } from "./tls-mode.ts";

const tlsParameters = ["ssl", "sslmode", "sslrootcert", "sslcert", "sslkey", "uselibpqcompat"];

/**
 * Reads a `postgres://` URL; what it leaves out comes from the `PG*` variables, as in libpq.
 * `source` is the setting to name in messages. The URL itself is never repeated: it may hold a password.
 */
export function parseConnectionUrl(url: string, source: string, env: Environment): ServerAddress {
  rejectOtherForms(url, source);
  const { bare, tls } = splitTlsParameters(url);
  const parsed = parseBare(bare, source);
  const host = parsed.host || variable(env, "PGHOST") || "localhost";
  const user = parsed.user || defaultUser(env);
  return {
    host,
    port: parsePort(parsed.port || variable(env, "PGPORT") || "5432", source),
    user,
    password: parsed.password || variable(env, "PGPASSWORD"),
    database: parsed.database || variable(env, "PGDATABASE") || user,
    tls: tlsFromUrl(tls, host, source, env),
    connectTimeoutMillis: timeoutMillis(
      parsed.connect_timeout ?? variable(env, "PGCONNECT_TIMEOUT"),
    ),
    ...(parsed.options ? { options: parsed.options } : {}),
  };
}

/** A port number from text; `source` is the setting to name when it is not one. */
export function parsePort(text: string, source: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new RunnerError("USAGE", `${source}: ${JSON.stringify(text)} is not a port number`);
  }
  return port;
}

function rejectOtherForms(url: string, source: string): void {
  if (!/^postgres(ql)?:\/\//.test(url)) {
    throw badUrl(source, "does not start with postgres://");
  }
  if (url.includes("#")) throw badUrl(source, "holds a # that is not written as %23");
}

function badUrl(source: string, reason: string): RunnerError {
  return new RunnerError("USAGE", `${source} is not a PostgreSQL URL: it ${reason}`, {
    hint:
      "write postgres://user:password@host:5432/database, with special characters of the " +
      "password percent-encoded (@ as %40, / as %2F, # as %23)",
  });
}

/** The driver's own reading of the TLS parameters differs from libpq's, so it must not see them. */
function splitTlsParameters(url: string): { bare: string; tls: Map<string, string> } {
  const cut = url.indexOf("?");
  if (cut === -1) return { bare: url, tls: new Map() };
  const rest = new URLSearchParams(url.slice(cut + 1));
  const tls = new Map<string, string>();
  for (const name of tlsParameters) {
    const value = rest.get(name);
    if (value !== null) tls.set(name, value);
    rest.delete(name);
  }
  return { bare: rest.size === 0 ? url.slice(0, cut) : `${url.slice(0, cut)}?${rest}`, tls };
}

type ParsedUrl = Partial<Record<string, string | null>>;

function parseBare(url: string, source: string) {
  let parsed: ParsedUrl;
  try {
    parsed = { ...parse(url) } as ParsedUrl;
  } catch {
    // The parser's error is not passed on as a cause: it may repeat the URL.
    throw badUrl(source, "cannot be read");
  }
  const field = (name: string) => parsed[name] ?? undefined;
  return {
    host: field("host"),
    port: field("port"),
    user: field("user"),
    password: field("password"),
    database: field("database"),
    options: field("options"),
    connect_timeout: field("connect_timeout"),
  };
}

function tlsFromUrl(tls: Map<string, string>, host: string, source: string, env: Environment) {
  return tlsSetting({
    host,
    mode: tls.get("sslmode") ?? modeOfSslFlag(tls.get("ssl")) ?? variable(env, "PGSSLMODE"),
    ca: readPem(tls.get("sslrootcert") ?? env.PGSSLROOTCERT, "sslrootcert"),
    cert: readPem(tls.get("sslcert") ?? env.PGSSLCERT, "sslcert"),
    key: readPem(tls.get("sslkey") ?? env.PGSSLKEY, "sslkey"),
    source,
  });
}

function modeOfSslFlag(flag: string | undefined): string | undefined {
  if (flag === undefined) return undefined;
  return flag === "0" || flag === "false" ? "disable" : "verify-full";
}
