import { ActionFailure, RunnerError } from "../errors.ts";
import type { RunResult } from "../results/run-result.ts";
import { withoutPassword } from "../text/without-password.ts";
import type { RunEnd } from "./write-history.ts";

const exitCodes = { successful: 0, failed: 1, timed_out: 6 };
const signalCodes = new Map([
  ["SIGHUP", 129],
  ["SIGTERM", 143],
]);

/** How a run ended; the exit code is that of the command, which `signal` decides for a cancelled run. */
export function endOfResult({ status, timing }: RunResult, signal?: AbortSignal): RunEnd {
  const exitCode =
    status === "cancelled" ? (signalCodes.get(String(signal?.reason)) ?? 130) : exitCodes[status];
  return { endTimeMillis: timing.endTimeMillis, status, exitCode };
}

/** Returns the end of a run that was ended by an error outside of its actions. */
export function endOfError(error: unknown, endTimeMillis: number): RunEnd {
  const message = error instanceof Error ? error.message : String(error);
  const exitCode =
    error instanceof RunnerError ? error.exitCode : error instanceof ActionFailure ? 4 : 70;
  return { endTimeMillis, status: "failed", exitCode, error: withoutPassword(message) };
}
