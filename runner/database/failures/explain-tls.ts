import type { ServerAddress } from "../settings/server-address.ts";

/** Why a connection failed, and the next step. */
export interface Explanation {
  reason: string;
  hint: string;
}

/** Whether the server said that it speaks no TLS. */
export function offersNoTls(error: unknown): boolean {
  return messageOf(error) === "The server does not support SSL connections";
}

/** Says which check of TLS has failed; undefined when it was none. */
export function explainTls(error: unknown, address: ServerAddress): Explanation | undefined {
  if (offersNoTls(error)) {
    return {
      reason: `the server does not offer TLS, and sslmode is ${address.tls.mode}`,
      hint: "write ?sslmode=disable in the URL (or set PGSSLMODE) to accept an unencrypted connection",
    };
  }
  const reason = failedCheck(error, address);
  if (reason !== undefined) {
    return { reason: `its TLS certificate was not accepted: ${reason.what}`, hint: reason.hint };
  }
  const text = `${codeOf(error)} ${messageOf(error)}`;
  if (!/CERT|SSL|TLS|SIGNATURE|EPROTO/i.test(text)) return undefined;
  return {
    reason: `no encrypted connection could be made: ${messageOf(error) || codeOf(error)}`,
    hint: `check the server's log and the files of sslcert, sslkey and sslrootcert`,
  };
}

// Without a check of who answers, anybody between here and there can read and change everything.
const unverified = "write ?sslmode=require in the URL to encrypt without checking who answers";

function failedCheck(
  error: unknown,
  { host, tls }: ServerAddress,
): { what: string; hint: string } | undefined {
  const name = tls.ssl === false ? host : (tls.ssl.servername ?? host);
  switch (codeOf(error)) {
    case "ERR_TLS_CERT_ALTNAME_INVALID":
      return {
        what: `it is not for ${name} (it is for ${namesOf(error)})`,
        hint: `connect by a name that it has, or write ?sslmode=verify-ca in the URL to leave the name unchecked`,
      };
    case "CERT_HAS_EXPIRED":
      return { what: "it has expired", hint: "renew the server's certificate" };
    case "CERT_NOT_YET_VALID":
      return { what: "it is not valid yet", hint: "check the clocks of both machines" };
    case "CERT_REVOKED":
      return { what: "it was revoked", hint: "renew the server's certificate" };
    case "DEPTH_ZERO_SELF_SIGNED_CERT":
    case "SELF_SIGNED_CERT_IN_CHAIN":
    case "UNABLE_TO_GET_ISSUER_CERT":
    case "UNABLE_TO_GET_ISSUER_CERT_LOCALLY":
    case "UNABLE_TO_VERIFY_LEAF_SIGNATURE":
      return {
        what: `its authority is not trusted here (${messageOf(error)})`,
        hint: `name the authority with ?sslrootcert=<file>, or ${unverified}`,
      };
    default:
      return undefined;
  }
}

function namesOf(error: unknown): string {
  const { cert } = error as { cert?: { subjectaltname?: string; subject?: { CN?: string } } };
  return cert?.subjectaltname ?? cert?.subject?.CN ?? "no name";
}

/** The code of an error of Node or PostgreSQL; empty when it has none. */
export function codeOf(error: unknown): string {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === "string" ? code : "";
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
