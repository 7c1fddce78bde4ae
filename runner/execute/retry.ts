import { setTimeout as delay } from "node:timers/promises";
import type { SqlError } from "../errors.ts";
import type { TaskResult } from "./run-result.ts";

/** How often a failed action is tried again, and who hears of it. */
export interface RetryOptions {
  /** 0 or absent: never. */
  retryLimit?: number | undefined;
  signal?: AbortSignal | undefined;
  /** Called before each new try, with its number (from 1) and the error of the last one. */
  onRetry: (retry: number, error: SqlError) => void;
}

/**
 * Runs `work` again while it fails with an error that may be gone the next time, and returns the
 * results of the last try with the number of retries. `work` must leave nothing behind when it fails.
 */
export async function retryTransient(
  work: () => Promise<TaskResult[]>,
  { retryLimit = 0, signal, onRetry }: RetryOptions,
): Promise<{ tasks: TaskResult[]; retries: number }> {
  for (let retries = 0; ; retries++) {
    const tasks = await work();
    const error = tasks.at(-1)?.error;
    const isLast = retries >= retryLimit || signal?.aborted;
    if (isLast || error === undefined || !isTransient(error)) return { tasks, retries };
    onRetry(retries + 1, error);
    await pause(retries, signal);
  }
}

// Serialization failure, deadlock, lock timeout; a server that shuts down, crashes or starts.
const transient = new Set(["40001", "40P01", "55P03", "57P01", "57P02", "57P03"]);

/**
 * Whether running the same action again may succeed. A connection that was lost during the commit
 * is not: the action may have taken effect, and an append would then be done twice.
 */
export function isTransient(error: SqlError): boolean {
  if (error.statement === "commit") return error.sqlstate === "40001" || error.sqlstate === "40P01";
  return error.connectionLost === true || transient.has(error.sqlstate ?? "");
}

// Two actions that ran into each other must not do so again: hence the random part.
async function pause(retries: number, signal: AbortSignal | undefined): Promise<void> {
  const millis = Math.min(100 * 2 ** retries, 5_000) * (0.5 + Math.random());
  await delay(millis, undefined, signal ? { signal } : {}).catch(() => undefined);
}
