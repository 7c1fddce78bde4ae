import { ActionFailure, RunnerError, type SqlError } from "../errors.ts";
import type { ActionStatus } from "../results/run-result.ts";

/** Why an action failed or was cancelled. */
export interface Failure {
  status: Extract<ActionStatus, "failed" | "cancelled">;
  error: SqlError;
}

/**
 * Does some work of an action; returns its failure, or undefined when it succeeded. Other errors are
 * bugs and are thrown on.
 */
export async function failureOf(work: () => Promise<void>): Promise<Failure | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    return failureFrom(error);
  }
}

/**
 * Takes what was thrown; returns it as a failure of the action, and throws it on when it is a bug.
 */
export function failureFrom(error: unknown): Failure {
  if (error instanceof ActionFailure) return { status: "failed", error: error.error };
  if (!(error instanceof RunnerError)) throw error;
  const status = error.code === "CANCELLED" ? "cancelled" : "failed";
  return { status, error: { message: error.message, ...(error.hint && { hint: error.hint }) } };
}
