import type { SqlError } from "../../errors.ts";

// Serialization failure, deadlock, lock timeout; a server that shuts down, crashes or starts.
const transient = new Set(["40001", "40P01", "55P03", "57P01", "57P02", "57P03"]);

/**
 * Whether running the same action again may succeed, and cannot do anything twice: whatever became
 * of its transaction, it was not committed.
 */
export function isTransient(error: SqlError): boolean {
  const { outcome, sqlstate = "", statement, connectionLost = false } = error;
  if (error.leftTransaction || outcome === "committed" || outcome === "unknown") return false;
  if (outcome === undefined && statement === "commit") {
    return sqlstate === "40001" || sqlstate === "40P01";
  }
  return (
    connectionLost ||
    transient.has(sqlstate) ||
    isConcurrentDdl(error) ||
    isTaken({ code: sqlstate, message: error.message })
  );
}

/** How the names begin of statements that the runner keeps prepared. */
export const keptPrefix = "dataform_kept_";

/** Whether a statement that the runner kept prepared is gone: a function of an author may deallocate everything. */
export function isTaken({ code, message = "" }: { code?: string; message?: string }): boolean {
  return code === "26000" && message.includes(`"${keptPrefix}`);
}

const concurrentDdl =
  /^(tuple concurrently (updated|deleted)|could not open relation with OID \d+)$/;

/**
 * Whether two sessions made, changed or dropped the same object, or granted on it, at the same time. The
 * text is that of an internal error of PostgreSQL, which it never translates.
 */
export function isConcurrentDdl({ sqlstate, message, constraint = "" }: SqlError): boolean {
  if (sqlstate === "XX000") return concurrentDdl.test(message);
  return sqlstate === "23505" && constraint.includes(" on pg_catalog.");
}
