import { setTimeout as delay } from "node:timers/promises";
import { allowManyListeners } from "../ending-listeners.ts";
import { RunnerError } from "../errors.ts";

/** The error of work that was aborted: the signal's own RunnerError (a timeout), else CANCELLED. */
export function cancelledError(signal: AbortSignal): RunnerError {
  if (signal.reason instanceof RunnerError) return signal.reason;
  return new RunnerError("CANCELLED", "the run was cancelled");
}

/** Throws `cancelledError` when the signal is aborted. */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw cancelledError(signal);
}

/** Waits; throws CANCELLED when the signal is aborted. */
export async function pauseFor(millis: number, signal: AbortSignal | undefined): Promise<void> {
  if (signal) allowManyListeners(signal);
  try {
    await delay(millis, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    throw signal?.aborted ? cancelledError(signal) : error;
  }
}
