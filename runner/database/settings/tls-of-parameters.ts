import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { RunnerError } from "../../errors.ts";
import type { Parameters } from "./connection-parameters.ts";
import { type Environment, homeOf } from "./server-address.ts";
import { readPem, type TlsSetting, tlsSetting } from "./tls-mode.ts";

/** Where the connection goes, and under which name the server is known. */
export interface TlsHost {
  host: string;
  named: string;
}

/**
 * The TLS setting of libpq's parameters. As there, certificates in `~/.postgresql` are used when no
 * others are named, and `sslrootcert=system` allows nothing weaker than `verify-full`.
 */
export function tlsOfParameters(
  parameters: Parameters,
  { host, named }: TlsHost,
  source: string,
  env: Environment,
): TlsSetting {
  const value = (name: string) => parameters.get(name)?.value || undefined;
  const place = (name: string) => parameters.get(name)?.source ?? source;
  const pem = (name: string, file: string) =>
    readPem(value(name) ?? defaultFile(file, env), value(name) ? name : place(name));
  const isSystem = value("sslrootcert") === "system";
  const mode =
    value("sslmode") ?? modeOfFlag(value("ssl")) ?? (isSystem ? "verify-full" : undefined);
  if (isSystem && mode !== "verify-full") {
    throw new RunnerError("USAGE", `${source}: sslrootcert=system needs sslmode=verify-full`, {
      hint: `sslmode is ${mode}: an authority that everybody can buy from proves nothing without the name`,
    });
  }
  const cert = pem("sslcert", "postgresql.crt");
  if (cert !== undefined) rejectOpenKey(value("sslkey") ?? defaultFile("postgresql.key", env));
  const tls = tlsSetting({
    ...{ host, mode, ca: pem("sslrootcert", "root.crt"), cert, source: place("sslmode") },
    key: cert === undefined ? undefined : pem("sslkey", "postgresql.key"),
  });
  return withExtras(tls, { host, named }, parameters, source);
}

function withExtras(
  tls: TlsSetting,
  { host, named }: TlsHost,
  parameters: Parameters,
  source: string,
): TlsSetting {
  const isDirect =
    choice(parameters, "sslnegotiation", ["postgres", "direct"], source) === "direct";
  const binding = choice(parameters, "channel_binding", ["disable", "prefer", "require"], source);
  if (isDirect && (tls.optional || tls.ssl === false)) {
    throw new RunnerError(
      "USAGE",
      `${source}: sslnegotiation=direct needs sslmode=require or more`,
    );
  }
  if (binding === "require" && tls.ssl === false) {
    throw new RunnerError("USAGE", `${source}: channel_binding=require needs TLS`, {
      hint: "remove it, or set sslmode=require or more",
    });
  }
  return {
    ...tls,
    // With an address beside a name, the certificate is that of the name.
    ...(tls.ssl !== false && named !== host && { ssl: { ...tls.ssl, servername: named } }),
    ...(isDirect && { direct: true as const }),
    ...(binding === "require" && { optional: false, channelBinding: true as const }),
  };
}

function choice(
  parameters: Parameters,
  name: string,
  choices: readonly string[],
  fallback: string,
): string | undefined {
  const { value, source } = parameters.get(name) ?? { value: undefined, source: fallback };
  if (value === undefined || choices.includes(value)) return value;
  throw new RunnerError("USAGE", `${source}: ${name} is ${JSON.stringify(value)}`, {
    hint: `use one of ${choices.join(", ")}`,
  });
}

function defaultFile(name: string, env: Environment): string | undefined {
  const path = join(homeOf(env), ".postgresql", name);
  return existsSync(path) ? path : undefined;
}

function rejectOpenKey(path: string | undefined): void {
  const stats = path === undefined ? undefined : statSync(path, { throwIfNoEntry: false });
  const allowed = stats?.uid === 0 ? 0o037 : 0o077;
  if (process.platform === "win32" || !stats || (stats.mode & allowed) === 0) return;
  throw new RunnerError("USAGE", `sslkey names ${path}, which others may read`, {
    hint: `chmod 0600 ${path}`,
  });
}

function modeOfFlag(flag: string | undefined): string | undefined {
  if (flag === undefined) return undefined;
  return flag === "0" || flag === "false" ? "disable" : "verify-full";
}
