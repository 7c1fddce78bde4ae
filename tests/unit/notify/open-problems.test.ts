import { describe, expect, it } from "vitest";
import { type OpenProblems, whatToTell } from "../../../runner/notify/open-problems.ts";
import type { Problem, ProblemKind } from "../../../runner/notify/problems.ts";

const problem = (key: string, kind: ProblemKind = "failure"): Problem => ({
  ...{ key, kind, title: `assertion ${key}`, finding: "1 failing row" },
  ...{ sample: [], look: "dataform show" },
});

/**
 * Processes a series of runs: when they ran, the problems that they found, and the other keys that they
 * checked.
 */
function tell(runs: [time: string, problems: Problem[], checked?: string[]][]) {
  let open: OpenProblems = {};
  return runs.map(([time, problems, checked = []]) => {
    const keys = new Set([...checked, ...problems.map(({ key }) => key)]);
    const told = whatToTell(open, { problems, checked: keys }, new Date(time));
    open = told.open;
    return told.notices.map(({ event, key, kind }) =>
      kind === "warning" ? `${event} ${key} (warning)` : `${event} ${key}`,
    );
  });
}

describe("a failure", () => {
  it("is told when it begins, once a day while it lasts, and when it ends", () => {
    expect(
      tell([
        ["2026-03-01T01:17:20Z", [problem("a")]],
        ["2026-03-01T08:00:00Z", [problem("a")]],
        ["2026-03-02T01:17:03Z", [problem("a")]],
        ["2026-03-03T01:17:40Z", [], ["a"]],
        ["2026-03-04T01:17:00Z", [], ["a"]],
        ["2026-03-05T01:17:00Z", [problem("a")]],
      ]),
    ).toEqual([["began a"], [], ["continues a"], ["ended a"], [], ["began a"]]);
  });

  it("is told again when the clock was set back, and not kept quiet until it gets there", () => {
    expect(
      tell([
        ["2027-03-01T01:00:00Z", [problem("a")]],
        ["2026-03-01T01:00:00Z", [problem("a")]],
        ["2026-03-01T02:00:00Z", [problem("a")]],
      ]),
    ).toEqual([["began a"], ["continues a"], []]);
  });

  it("stays open in a run that did not check it", () => {
    expect(
      tell([
        ["2026-03-01T01:00:00Z", [problem("a")]],
        ["2026-03-01T02:00:00Z", [problem("b")], []],
        ["2026-03-01T03:00:00Z", [], ["a", "b"]],
      ]),
    ).toEqual([["began a"], ["began b"], ["ended a", "ended b"]]);
  });

  it("that becomes a warning has ended", () => {
    expect(
      tell([
        ["2026-03-01T01:00:00Z", [problem("a")]],
        ["2026-03-02T01:00:00Z", [problem("a", "warning")]],
        ["2026-03-03T01:00:00Z", [problem("a")]],
      ]),
    ).toEqual([["began a"], ["ended a", "began a (warning)"], ["began a"]]);
  });

  it("is forgotten when no run has checked it for months", () => {
    expect(
      tell([
        ["2026-01-01T01:00:00Z", [problem("a")]],
        ["2026-05-01T01:00:00Z", [], []],
        ["2026-05-02T01:00:00Z", [], ["a"]],
      ]),
    ).toEqual([["began a"], [], []]);
  });
});

it("tells of a warning the first time, and again after it was gone", () => {
  const warning = problem("a", "warning");
  expect(
    tell([
      ["2026-03-01T01:00:00Z", [warning]],
      ["2026-03-05T01:00:00Z", [warning]],
      ["2026-03-06T01:00:00Z", [], ["a"]],
      ["2026-03-07T01:00:00Z", [warning]],
    ]),
  ).toEqual([["began a (warning)"], [], [], ["began a (warning)"]]);
});
