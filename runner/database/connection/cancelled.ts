import { RunnerError } from "../../errors.ts";

/** The error of work that was aborted: the signal's own RunnerError (a timeout), else CANCELLED. */
export function cancelledError(signal: AbortSignal): RunnerError {
  if (signal.reason instanceof RunnerError) return signal.reason;
  return new RunnerError("CANCELLED", "the run was cancelled");
}

/** Throws `cancelledError` when the signal is aborted. */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw cancelledError(signal);
}
