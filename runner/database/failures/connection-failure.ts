import { RunnerError } from "../../errors.ts";
import type { ServerAddress } from "../settings/server-address.ts";
import { codeOf, type Explanation, explainTls, messageOf, offersNoTls } from "./explain-tls.ts";

/** Where a connection goes, for messages. */
export interface ConnectionTarget {
  address: ServerAddress;
  /** `postgres://user@host:port/database`, without a password. */
  description: string;
  /** The setting that named the server. */
  source: string;
}

/** Turns what the driver threw while it connected into a CONNECTION_FAILED with the next step. */
export function toConnectionFailure(error: unknown, target: ConnectionTarget): RunnerError {
  if (error instanceof RunnerError) return error;
  const { reason, hint } = explain(error, target);
  return new RunnerError(
    "CONNECTION_FAILED",
    `cannot connect to ${target.description} (from ${target.source}): ${reason}`,
    { hint, cause: error },
  );
}

/** Whether the server may take the connection a little later: full, starting up or shutting down. */
export function isPassing(error: unknown): boolean {
  return ["53300", "57P03"].includes(codeOf(error));
}

/** Whether a server accepts the login without TLS when it must not be used: it has none, or pg_hba.conf says so. */
export function isTlsRefused(error: unknown): boolean {
  return offersNoTls(error) || codeOf(error) === "28000";
}

function explain(error: unknown, target: ConnectionTarget): Explanation {
  return (
    explainNetwork(error, target) ??
    explainRefusal(error, target) ??
    explainTls(error, target.address) ?? {
      reason: messageOf(error) || codeOf(error) || "no reason was given",
      hint: `check ${target.source} and the server's log`,
    }
  );
}

function explainNetwork(error: unknown, { address, source }: ConnectionTarget) {
  const place = address.host.startsWith("/")
    ? `${address.host}/.s.PGSQL.${address.port}`
    : `${address.host}:${address.port}`;
  switch (codeOf(error)) {
    case "ECONNREFUSED":
    case "ENOENT":
      return {
        reason: `no server answers at ${place}`,
        hint: `start PostgreSQL, or correct ${source}`,
      };
    case "EACCES":
      return {
        reason: `no permission for the socket ${place}`,
        hint: `run as a user who may enter its folder, or correct ${source}`,
      };
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return {
        reason: `the host ${address.host} was not found`,
        hint: `check the host name in ${source} and the network`,
      };
    case "ETIMEDOUT":
    case "EHOSTUNREACH":
    case "ENETUNREACH":
      return unreachable(place);
    default:
      return /timeout/i.test(messageOf(error)) ? unreachable(place, address) : undefined;
  }
}

function unreachable(place: string, address?: ServerAddress): Explanation {
  const wait = address === undefined ? "" : ` within ${address.connectTimeoutMillis / 1000} s`;
  return {
    reason: `${place} did not answer${wait}`,
    hint: "check the host, the port and the firewall between here and there",
  };
}

function explainRefusal(
  error: unknown,
  { address, source }: ConnectionTarget,
): Explanation | undefined {
  const reason = messageOf(error);
  const note = address.passwordNote === undefined ? "" : ` (${address.passwordNote})`;
  if (/password must be a string/.test(reason)) {
    return {
      reason: `the server wants a password for ${address.user}, and none was given`,
      hint: `put it into ${source} or PGPASSWORD${note}`,
    };
  }
  const hint = hintForState(codeOf(error), address, source);
  return hint === undefined ? undefined : { reason, hint };
}

function hintForState(
  sqlstate: string,
  address: ServerAddress,
  source: string,
): string | undefined {
  switch (sqlstate) {
    case "28P01":
      return `check the user and the password in ${source}`;
    case "28000":
      return `check that the role ${address.user} exists, may log in and has a line in pg_hba.conf`;
    case "3D000":
      return `create it with: create database "${address.database}", or correct ${source}`;
    case "42501":
      return `grant it with: grant connect on database "${address.database}" to "${address.user}"`;
    case "53300":
      return "close other connections or raise max_connections, then run again";
    case "57P03":
      return "wait until the server is ready, then run again";
    default:
      return undefined;
  }
}
