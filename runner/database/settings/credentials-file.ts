import { readFileSync } from "node:fs";
import { RunnerError } from "../../errors.ts";
import { textOf } from "../../text-file.ts";
import { optionsOf, parsePort } from "./address-of-parameters.ts";
import { passwordFor } from "./password-file.ts";
import { type Environment, type ServerAddress, timeoutMillis, variable } from "./server-address.ts";
import { type TlsSetting, tlsSetting } from "./tls-mode.ts";

const example =
  '{"host": "…", "port": 5432, "username": "…", "password": "…", "databaseName": "…"}';

/**
 * Reads a credentials file with the fields that Dataform 2.x used for PostgreSQL, and `sslmode`.
 * `file` is the name to show. A missing password comes from `PGPASSWORD` or the password file.
 */
export function readCredentialsFile(path: string, file: string, env: Environment): ServerAddress {
  const fields = parseFields(readText(path, file), file);
  rejectOtherWarehouses(fields, file);
  const host = textField(fields, "host", file);
  const login = {
    host,
    port: parsePort(String(fields.port ?? 5432), `${file}: port`),
    user: textField(fields, "username", file),
    database: textField(fields, "databaseName", file),
  };
  const given = optionalText(fields, "password", file) ?? variable(env, "PGPASSWORD");
  return {
    ...login,
    ...passwordFor(login, given, variable(env, "PGPASSFILE"), env),
    tls: tlsOfFields(fields, host, file),
    connectTimeoutMillis: timeoutMillis(variable(env, "PGCONNECT_TIMEOUT")),
    ...optionsOf(variable(env, "PGOPTIONS"), env),
  };
}

type Fields = Record<string, unknown>;

function readText(path: string, file: string): string {
  try {
    return textOf(readFileSync(path), path);
  } catch (error) {
    if (error instanceof RunnerError) throw error;
    throw new RunnerError("USAGE", `the credentials file ${file} cannot be read`, {
      hint: "check the path, or set DATABASE_URL instead",
      cause: error,
    });
  }
}

function parseFields(text: string, file: string): Fields {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    // The parser's message quotes the text, and the text holds a password.
    throw new RunnerError("USAGE", `${file} is not valid JSON`, { hint: `write ${example}` });
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) {
    throw new RunnerError("USAGE", `${file} is not a JSON object`, { hint: `write ${example}` });
  }
  return parsed as Fields;
}

function rejectOtherWarehouses(fields: Fields, file: string): void {
  if ("projectId" in fields) {
    throw new RunnerError("USAGE", `${file} holds BigQuery credentials (projectId)`, {
      hint: `this runner needs a PostgreSQL server: write ${example}, or set DATABASE_URL and leave --credentials out`,
    });
  }
  if ("sshTunnel" in fields) {
    throw new RunnerError("USAGE", `${file}: sshTunnel is not supported`, {
      hint: "open the tunnel with ssh -L and name its local end as host and port",
    });
  }
}

function textField(fields: Fields, name: string, file: string): string {
  const value = optionalText(fields, name, file);
  if (value === undefined || value === "") {
    throw new RunnerError("USAGE", `${file}: ${name} is missing`, { hint: `write ${example}` });
  }
  return value;
}

function optionalText(fields: Fields, name: string, file: string): string | undefined {
  const value = fields[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "string") {
    throw new RunnerError("USAGE", `${file}: ${name} is not a text`, { hint: `write ${example}` });
  }
  return value;
}

function tlsOfFields(fields: Fields, host: string, file: string): TlsSetting {
  const ssl = fields.ssl ?? undefined;
  if (ssl !== undefined && typeof ssl !== "boolean" && typeof ssl !== "object") {
    throw new RunnerError("USAGE", `${file}: ssl is neither true, false nor {ca, cert, key}`);
  }
  const certificates = typeof ssl === "object" && ssl !== null ? (ssl as Fields) : {};
  return tlsSetting({
    host,
    mode: optionalText(fields, "sslmode", file) ?? modeOfSslField(ssl),
    ca: optionalText(certificates, "ca", `${file}: ssl`),
    cert: optionalText(certificates, "cert", `${file}: ssl`),
    key: optionalText(certificates, "key", `${file}: ssl`),
    source: file,
  });
}

function modeOfSslField(ssl: unknown): string | undefined {
  if (ssl === undefined) return undefined;
  return ssl === false ? "disable" : "verify-full";
}
