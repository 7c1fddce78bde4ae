import { pauseFor } from "../database/connection/connect-patiently.ts";
import type { SqlError } from "../errors.ts";
import type { TaskResult } from "../results/run-result.ts";

/** How often a failed action is tried again, and who hears of it. */
export interface RetryOptions {
  /** 2 unless set; 0: never. */
  retryLimit?: number | undefined;
  signal?: AbortSignal | undefined;
  /** Called before each new try, as `1 of 2`, with the error of the last one. */
  onRetry: (retry: string, error: SqlError) => void;
}

/**
 * Runs `work` again while it fails with an error that may be gone the next time, and returns the
 * results of the last try with the number of retries. `work` must leave nothing behind when it fails.
 */
export async function retryTransient(
  work: () => Promise<TaskResult[]>,
  { retryLimit = defaultRetryLimit, signal, onRetry }: RetryOptions,
): Promise<{ tasks: TaskResult[]; retries: number }> {
  for (let retries = 0; ; retries++) {
    const tasks = await work();
    const error = tasks.at(-1)?.error;
    const isLast = retries >= retryLimit || signal?.aborted;
    if (isLast || error === undefined || !isTransient(error)) return { tasks, retries };
    onRetry(`${retries + 1} of ${retryLimit}`, error);
    await pause(retries, signal);
  }
}

// What passes is mostly gone with the first new try; what is not would hold up a run for long.
const defaultRetryLimit = 2;

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
  return connectionLost || transient.has(sqlstate) || isConcurrentDdl(error);
}

/**
 * Whether two sessions made, changed or dropped the same object, or granted on it, at the same time. The
 * text is that of an internal error of PostgreSQL, which it never translates.
 */
export function isConcurrentDdl({ sqlstate, message, constraint = "" }: SqlError): boolean {
  if (sqlstate === "XX000") return /^tuple concurrently (updated|deleted)$/.test(message);
  return sqlstate === "23505" && constraint.includes(" on pg_catalog.");
}

// Two actions that ran into each other must not do so again: hence the random part.
async function pause(retries: number, signal: AbortSignal | undefined): Promise<void> {
  const millis = Math.min(100 * 2 ** retries, 5_000) * (0.5 + Math.random());
  await pauseFor(millis, signal).catch(() => undefined);
}
