import { ActionFailure, RunnerError } from "../errors.ts";
import type { RunResult, RunStatus } from "../results/run-result.ts";
import { withoutPassword } from "../text/without-password.ts";
import type { RunEnd } from "./write-history.ts";

const exitCodes = { successful: 0, failed: 1, timed_out: 6 };
const signalCodes = new Map([
  ["SIGHUP", 129],
  ["SIGTERM", 143],
]);

/** How a run ended; the exit code is that of the command, which `signal` decides for a cancelled run. */
export function endOfResult({ status, timing }: RunResult, signal?: AbortSignal): RunEnd {
  return { endTimeMillis: timing.endTimeMillis, status, exitCode: exitCodeOf(status, signal) };
}

/**
 * Returns the end of a run that was ended by an error outside of its actions, or by `signal` before the first or after
 * the last of them.
 */
export function endOfError(error: unknown, endTimeMillis: number, signal?: AbortSignal): RunEnd {
  if (error instanceof RunnerError && error.code === "CANCELLED") {
    const status = signal?.reason === "timeout" ? "timed_out" : "cancelled";
    return { endTimeMillis, status, exitCode: exitCodeOf(status, signal) };
  }
  const message = error instanceof Error ? error.message : String(error);
  const exitCode =
    error instanceof RunnerError ? error.exitCode : error instanceof ActionFailure ? 4 : 70;
  return { endTimeMillis, status: "failed", exitCode, error: withoutPassword(message) };
}

function exitCodeOf(status: RunStatus, signal: AbortSignal | undefined): number {
  return status === "cancelled"
    ? (signalCodes.get(String(signal?.reason)) ?? 130)
    : exitCodes[status];
}
