import { type SqlError, SqlFailure } from "../../errors.ts";

/** Whether a statement did not get a lock in time, or at once where it would not wait. */
export function isLockTimeout({ sqlstate }: SqlError): boolean {
  return sqlstate === "55P03";
}

/**
 * Whether a statement was ended by a limit of so many milliseconds. The server reports a statement
 * that somebody cancelled with the same code; only a text in the server's language differs.
 */
export function isCancelled({ sqlstate }: SqlError): boolean {
  return sqlstate === "57014";
}

/**
 * Whether a statement was ended by the limit of so many milliseconds. The server says the same of one
 * that somebody cancelled, but for a text in its own language.
 */
export function isStatementTimeout(error: SqlError, limitMillis: number): boolean {
  return isCancelled(error) && limitMillis > 0 && (error.elapsedMillis ?? 0) >= limitMillis;
}

/** A failure with how long its statement took, when the server cancelled it. */
export function withElapsed(error: unknown, millis: number, limit: string | undefined): unknown {
  if (!(error instanceof SqlFailure) || !isCancelled(error.error)) return error;
  const timed = { ...error.error, elapsedMillis: Math.round(millis) };
  const isLimit = isStatementTimeout(timed, millisOf(limit ?? "0"));
  return error.with(isLimit && !timed.hint ? { ...timed, hint } : timed);
}

const hint =
  "statement_timeout is set for this role, its database, the server or the connection: see `show statement_timeout`";

const units: Record<string, number> = { ms: 1, s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 };

/** A time as PostgreSQL shows it: `15s`, `0`. */
function millisOf(text: string): number {
  const [, number = "0", unit = "ms"] = /^(\d+)([a-z]*)$/.exec(text) ?? [];
  return Number(number) * (units[unit || "ms"] ?? 1);
}
