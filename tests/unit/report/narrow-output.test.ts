import { describe, expect, it } from "vitest";
import type { ExecutionGraph } from "../../../runner/plan/execution-graph.ts";
import { createConsoleReporter } from "../../../runner/report/console/console-reporter.ts";
import type { ActionResult } from "../../../runner/results/run-result.ts";
import { displayWidth } from "../../../runner/text/terminal-text.ts";
import { actionResult, assertionResult, failedResult, graphOf, runResult } from "./sample-run.ts";

interface Shown {
  width?: number;
  verbose?: boolean;
  graph?: ExecutionGraph;
}

function shown(results: ActionResult[], { graph = graphOf(results), ...options }: Shown): string {
  let text = "";
  const write = (part: string) => {
    text += part;
  };
  const report = createConsoleReporter({ write, color: false, ...options });
  report({ type: "runStarted", graph, database: "embedded PostgreSQL" });
  for (const [index, result] of results.entries()) {
    report({ type: "actionFinished", result, finished: index + 1, total: results.length });
  }
  report({ type: "runFinished", result: runResult(results) });
  return text;
}

const long = "a_model_with_a_name_that_is_longer_than_most_names_are_and_goes_on";
const rule = "rowConditions (failure_reason is not null; recovered_at > fault_at)";
const wideRow = {
  test_id: "1",
  app_id: "payments",
  note: "x".repeat(70),
  fault_at: "2026-01-01 00:00:00+00",
  failure_reason: "the connection was refused ".repeat(8).trim(),
};
const mixed = [
  failedResult(long, "a message that is longer than the terminal is wide ".repeat(4)),
  assertionResult(rule, 12, [wideRow]),
  actionResult(`${long}_2`, { status: "skipped", reason: `silver.${long} failed` }),
  actionResult(`${long}_3`),
];

describe("the output of a run", () => {
  it.each([80, 60, 40])("fits a terminal of %i columns", (width) => {
    for (const line of shown(mixed, { width }).split("\n")) {
      expect(displayWidth(line), line).toBeLessThanOrEqual(width);
    }
  });

  it("cuts nothing where there is no terminal", () => {
    const text = shown(mixed, {});
    expect(text).not.toContain("…");
    expect(text).toContain(`Failed: silver.${long} (definitions/silver/${long}.sqlx)`);
    expect(text).toContain(wideRow.failure_reason);
  });

  it("shows the columns that a rule is about first and whole, at any width", () => {
    const lines = shown([assertionResult(rule, 1, [wideRow])], { width: 60 }).split("\n");
    const text = lines.join("\n").replace(/ +/g, " ");
    expect(text).toMatch(/ fault_at\n(.*\n)+ failure_reason\n(.*\n)+ test_id \| app_id/);
    const words = lines.join(" ").replace(/[+|\s]+/g, "");
    expect(words).toContain(wideRow.failure_reason.replace(/\s/g, ""));
    expect(lines.join("\n")).toContain("and 1 column more: note");
  });

  it("calls an assertion by one name: in its line, its consequences and the summary", () => {
    const results = [
      assertionResult("uniqueKey (id)", 2, [{ id: "7" }]),
      actionResult("fact", { status: "skipped", reason: "silver.tests failed" }),
    ];
    const [first, ...others] = graphOf(results).actions;
    if (!first) throw new Error("no action");
    const checks = { schema: "silver", name: "results" };
    const task = { type: "assertion", statement: "", rule: "uniqueKey (id)", checks } as const;
    const graph = { schemas: [], actions: [{ ...first, tasks: [task] }, ...others] };
    const text = shown(results, { graph: graph as unknown as ExecutionGraph });
    expect(text.match(/silver\.results: uniqueKey \(id\)/g)).toHaveLength(3);
    expect(text).not.toMatch(/because silver\.tests|Failed: silver\.tests/);
  });
});

describe("a long run", () => {
  const many = Array.from({ length: 40 }, (_, index) => assertionResult(`rule ${index}`, 0));
  const off = actionResult("audit", { status: "disabled" });
  const left = actionResult("late", { status: "skipped", reason: "silver.broken failed" });

  it("lists what changed or failed, and counts the others", () => {
    const timing = { startTimeMillis: 0, endTimeMillis: 1 };
    const task = { type: "publish", status: "successful", rowCount: 7, timing } as const;
    const same = actionResult("same", { tasks: [{ ...task, isUnchanged: true }] });
    const results = [...many, off, left, same, actionResult("none"), failedResult("broken", "no")];
    const text = shown(results, {});
    expect(text.match(/^\[/gm)).toHaveLength(1);
    expect(text).toContain("[45/45]  failed");
    expect(text).toContain("Disabled by its config: silver.audit");
    expect(text).toContain("Not run: 1 action, because silver.broken failed");
    expect(text).toContain("Not listed: 2 actions that changed no rows, 40 assertions that passed");
  });

  it("lists everything when asked", () => {
    expect(shown([...many, off], { verbose: true }).match(/^\[/gm)).toHaveLength(41);
  });

  const changed = (index: number) => {
    const timing = { startTimeMillis: 0, endTimeMillis: 1 };
    const task = { type: "publish", status: "successful", rowCount: 7, timing } as const;
    return actionResult(`new_${index}`, { tasks: [task] });
  };
  const thousands = Array.from({ length: 3000 }, (_, index) => changed(index));

  it("fills a page when thousands of actions change rows, and says how far it is", () => {
    const text = shown(thousands, {});
    expect(text.split("\n").length).toBeLessThan(40);
    expect(text.match(/^\[/gm)).toHaveLength(20);
    expect(text.match(/^\d+ of 3000 done$/gm)).toHaveLength(9);
    expect(text).toContain("Not listed: 2980 actions that changed rows (--verbose lists all)");
    expect(shown(thousands, { verbose: true }).match(/^\[/gm)).toHaveLength(3000);
  });

  it("fills a few pages when thousands fail, for as many reasons, and counts what it leaves out", () => {
    const failing = thousands.map((_, index) =>
      index % 2 === 0
        ? failedResult(`broken_${index}`, "no")
        : actionResult(`late_${index}`, {
            status: "skipped",
            reason: `silver.broken_${index - 1} failed`,
          }),
    );
    const text = shown(failing, { width: 80 });
    expect(text.split("\n").length).toBeLessThan(120);
    expect(text.match(/error: no/g)).toHaveLength(5);
    expect(text).toContain("Not listed: 1480 actions that failed or warn (--verbose lists all)");
    expect(text).toContain("Not run: 1495 actions for 1495 other reasons");
  });
});
