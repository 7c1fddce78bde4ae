import { pauseFor } from "../database/cancelled.ts";
import { isTransient } from "../database/failures/transient.ts";
import type { SqlError } from "../errors.ts";
import type { TaskResult } from "../results/run-result.ts";

/** How often a failed action is tried again, and the listener that is called. */
export interface RetryOptions {
  /** 2 unless set; 0: never. */
  retryLimit?: number | undefined;
  signal?: AbortSignal | undefined;
  /** Called before each new try, as `1 of 2`, with the error of the last one. */
  onRetry: (retry: string, error: SqlError) => void;
}

/**
 * Runs `work` again while it fails with a transient error, and returns the outcome of the last try with
 * the number of retries. `work` must leave nothing behind when it fails.
 */
export async function retryTransient<Try extends { tasks: TaskResult[] }>(
  work: () => Promise<Try>,
  { retryLimit = defaultRetryLimit, signal, onRetry }: RetryOptions,
): Promise<Try & { retries: number }> {
  for (let retries = 0; ; retries++) {
    const tried = await work();
    const error = tried.tasks.at(-1)?.error;
    const isLast = retries >= retryLimit || signal?.aborted;
    if (isLast || error === undefined || !isTransient(error)) return { ...tried, retries };
    onRetry(`${retries + 1} of ${retryLimit}`, error);
    await pause(retries, signal);
  }
}

// A transient error is mostly gone at the first new try; more tries would delay a run with a lasting
// error.
const defaultRetryLimit = 2;

// Two actions that deadlocked must not meet again at the same moment: hence the random part.
async function pause(retries: number, signal: AbortSignal | undefined): Promise<void> {
  const millis = Math.min(100 * 2 ** retries, 5_000) * (0.5 + Math.random());
  await pauseFor(millis, signal).catch(() => undefined);
}
