import { readFileSync } from "node:fs";
import type { ConnectionOptions } from "node:tls";
import { RunnerError } from "../../errors.ts";

/** How a connection is encrypted: `ssl` for the driver, and whether plain text may follow a refusal. */
export interface TlsSetting {
  ssl: false | ConnectionOptions;
  /** True for `allow` and `prefer`: a server without TLS is accepted. */
  optional: boolean;
  /** The mode that applies, to be named in messages. */
  mode: TlsMode;
  /** TLS from the first byte, without asking the server in plain text (`sslnegotiation=direct`). */
  direct?: true;
  /** The login must be bound to this very TLS connection (`channel_binding=require`). */
  channelBinding?: true;
}

/** The modes of libpq, and `no-verify` of the Node driver. */
export type TlsMode = (typeof modes)[number];

const modes = [
  "disable",
  "allow",
  "prefer",
  "require",
  "no-verify",
  "verify-ca",
  "verify-full",
] as const;

/** What a setting says about TLS; certificates and keys are PEM texts. */
export interface TlsInput {
  host: string;
  mode?: string | undefined;
  ca?: string | undefined;
  cert?: string | undefined;
  key?: string | undefined;
  /** Where the mode was read, for the message about a wrong one. */
  source: string;
}

/**
 * Decides how to encrypt. Without a mode a local server gets `prefer` and any other `verify-full`,
 * so that no password and no row leaves the machine in clear unless somebody asked for it.
 */
export function tlsSetting(input: TlsInput): TlsSetting {
  if (input.host.startsWith("/")) return { ssl: false, optional: false, mode: "disable" };
  const mode = parseMode(input) ?? (isLocal(input.host) ? "prefer" : "verify-full");
  const certificates = definedOnly({ ca: input.ca, cert: input.cert, key: input.key });
  return {
    ssl: driverSetting(mode, certificates),
    optional: mode === "allow" || mode === "prefer",
    mode,
  };
}

/** Reads a PEM file that a setting names; `system` and nothing mean Node's own list of authorities. */
export function readPem(path: string | undefined, source: string): string | undefined {
  if (path === undefined || path === "" || path === "system") return undefined;
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new RunnerError("USAGE", `${source} names ${path}, which cannot be read`, {
      cause: error,
    });
  }
}

function parseMode({ mode, source }: TlsInput): TlsMode | undefined {
  if (mode === undefined || mode === "") return undefined;
  const known = modes.find((candidate) => candidate === mode);
  if (known === undefined) {
    throw new RunnerError("USAGE", `${source}: sslmode is ${JSON.stringify(mode)}`, {
      hint: `use one of ${modes.join(", ")}`,
    });
  }
  return known;
}

function isLocal(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(\.\d+){3}$/.test(host);
}

function driverSetting(mode: TlsMode, certificates: ConnectionOptions): false | ConnectionOptions {
  switch (mode) {
    case "disable":
      return false;
    case "allow":
    case "prefer":
    case "no-verify":
      return { ...certificates, rejectUnauthorized: false };
    case "require":
      // libpq treats require with an authority as verify-ca.
      return driverSetting(certificates.ca === undefined ? "no-verify" : "verify-ca", certificates);
    case "verify-ca":
      return { ...certificates, rejectUnauthorized: true, checkServerIdentity: () => undefined };
    case "verify-full":
      return { ...certificates, rejectUnauthorized: true };
  }
}

function definedOnly(options: Record<"ca" | "cert" | "key", string | undefined>) {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
