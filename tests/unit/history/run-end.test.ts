import { describe, expect, it } from "vitest";
import { RunnerError } from "../../../runner/errors.ts";
import { endOfError } from "../../../runner/history/run-end.ts";

describe("the end of a run outside of its actions", () => {
  const cancelled = new RunnerError("CANCELLED", "the run was cancelled");

  it.each([
    ["timeout", "timed_out", 6],
    ["SIGTERM", "cancelled", 143],
    ["SIGINT", "cancelled", 130],
  ])("is that of the signal with the reason %s", (reason, status, exitCode) => {
    const end = endOfError(cancelled, 1, AbortSignal.abort(reason));
    expect(end).toEqual({ endTimeMillis: 1, status, exitCode });
  });

  it("is a failure with its message for any other error", () => {
    const lost = new RunnerError("DATABASE_FAILED", "the connection was lost");
    expect(endOfError(lost, 1, new AbortController().signal)).toEqual({
      ...{ endTimeMillis: 1, status: "failed", exitCode: 4, error: "the connection was lost" },
    });
  });
});
