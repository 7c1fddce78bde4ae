import type { SqlError } from "../errors.ts";

/** Whether a statement did not get a lock in time, or at once where it would not wait. */
export function isLockTimeout({ sqlstate }: SqlError): boolean {
  return sqlstate === "55P03";
}

/** Whether a statement was ended because it took too long, and not because somebody cancelled it. */
export function isStatementTimeout({ sqlstate, message }: SqlError): boolean {
  return sqlstate === "57014" && !/user request/.test(message);
}
