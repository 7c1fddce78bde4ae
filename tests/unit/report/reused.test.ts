import { describe, expect, it } from "vitest";
import { createConsoleReporter } from "../../../runner/report/console/console-reporter.ts";
import { formatRunResults } from "../../../runner/report/files/run-results-file.ts";
import type { RunResult } from "../../../runner/results/run-result.ts";
import { actionResult, runResult } from "./sample-run.ts";

function shown(result: RunResult): string {
  let text = "";
  const report = createConsoleReporter({
    write: (more) => {
      text += more;
    },
    color: false,
  });
  const total = result.actions.length;
  for (const [index, action] of result.actions.entries()) {
    report({ type: "actionFinished", result: action, finished: index + 1, total });
  }
  report({ type: "runFinished", result });
  return text;
}

describe("a run that continues another one", () => {
  const result = runResult([
    actionResult("kept", { reused: true, retries: 1 }),
    actionResult("once", { retries: 1 }),
    actionResult("twice", { retries: 2 }),
  ]);

  it("shows what was reused without a time, and how often the others were tried again", () => {
    const [kept, once, twice, retried] = shown(result).split("\n");
    expect(kept).toMatch(/reused +table +silver\.kept$/);
    expect(once).toMatch(/successful .* 1\.50 s {2}after 1 retry$/);
    expect(twice).toMatch(/1\.50 s$/);
    expect(retried).toBe("    after 2 retries");
    expect(shown(result)).toContain("3 actions, 3 successful (1 reused)");
  });

  it("keeps Dataform's status in the JSON, says what was reused and names the other run", () => {
    const context = { project: "sample", database: "here" };
    const text = formatRunResults({ ...result, resumedFrom: "before" }, context);
    const { resumedFrom, actions } = JSON.parse(text);
    expect(resumedFrom).toBe("before");
    expect(actions[0]).toMatchObject({ status: "successful", reused: true });
    expect(actions[1]).not.toHaveProperty("reused");
  });
});
