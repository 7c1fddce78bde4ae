import type { ExecutionGraph } from "../plan/execution-graph.ts";
import {
  type AssertionReport,
  collectAssertions,
  errorOf,
  findingOf,
  isWarning,
} from "../report/assertion-report.ts";
import { counted } from "../report/limit-text.ts";
import type { ActionResult, RunResult } from "../results/run-result.ts";
import type { UnitTestRun } from "../results/unit-test-result.ts";
import { targetKey, targetName } from "../target.ts";

/** The severity: a warning is reported once, a failure until it is over. */
export type ProblemKind = "failure" | "warning";

/** A problem that is reported. */
export interface Problem {
  /** The key of the problem, the same in every run. */
  key: string;
  kind: ProblemKind;
  /** What is wrong: `assertion shop.orders: id is not null`. */
  title: string;
  /** What was found there: `3 failing rows (allowed: 2 rows)`, or the message of an error. */
  finding: string;
  /** Relative to the project. */
  fileName?: string;
  /** Up to 5 failing rows, as the run found them. */
  sample: Record<string, unknown>[];
  /** The command that shows more. */
  look: string;
}

/** The problems of a run, and the keys that it has checked. */
export interface Findings {
  problems: Problem[];
  checked: ReadonlySet<string>;
}

/** The key of a run that could not start, or ran out of time. */
export const runKey = "run";

/** Takes the result of a run and its graph; returns what went wrong in it. */
export function problemsOf(result: RunResult, graph: ExecutionGraph | undefined): Findings {
  const planned = new Map(graph?.actions.map((action) => [targetKey(action.target), action]));
  const assertions = new Map(
    collectAssertions(result, graph).map((report) => [report.action, report]),
  );
  const failed = new Set(
    result.actions
      .filter(({ status }) => status === "failed")
      .map(({ target }) => targetKey(target)),
  );
  const told = result.actions.filter(({ target }) => {
    // A table that is held back by its assertion is not a second problem.
    const gates = planned.get(targetKey(target))?.gates ?? [];
    return !gates.some((gate) => failed.has(targetKey(gate.target)));
  });
  const problems = told.flatMap((action) => {
    const problem = problemOf(action, assertions.get(action));
    return problem ? [problem] : [];
  });
  if (result.status === "timed_out") problems.push(timedOut);
  const done = result.actions.filter(
    ({ status }) => status === "successful" || status === "failed",
  );
  return { problems, checked: new Set([runKey, ...done.map(({ target }) => targetKey(target))]) };
}

/**
 * Takes the reason why a run could not start, and the command that shows more; returns it as the only known
 * problem.
 */
export function problemOfStart(message: string, look = timedOut.look): Findings {
  const title = "the run could not start";
  return onlyProblem({ ...timedOut, title, finding: message, look });
}

/** Takes unit tests that keep a run from starting; returns that as the only known problem. */
export function problemOfTests({ status, tests }: UnitTestRun): Findings {
  if (status === "timed_out") return problemOfTime();
  const failed = tests.filter((test) => test.status === "failed").map(({ name }) => name);
  const finding = `${counted(failed.length, "unit test")} failed: ${failed.join(", ")}`;
  return problemOfStart(finding, "npx dataform test");
}

/** Returns that the time limit of a run was reached before it could tell of its actions, as the only known problem. */
export function problemOfTime(): Findings {
  return onlyProblem(timedOut);
}

function onlyProblem(problem: Problem): Findings {
  return { problems: [problem], checked: new Set([problem.key]) };
}

const timedOut: Problem = {
  key: runKey,
  kind: "failure",
  title: "the run ran out of time",
  finding: "the time limit was reached before every action was finished",
  sample: [],
  look: "npx dataform run",
};

function problemOf(
  action: ActionResult,
  assertion: AssertionReport | undefined,
): Problem | undefined {
  const warns = isWarning(action);
  if (action.status !== "failed" && !warns) return undefined;
  const { target, type, fileName } = action;
  const name = targetName(target);
  const rule = assertion && assertion.rule !== target.name ? `: ${assertion.rule}` : "";
  return {
    key: targetKey(target),
    kind: warns ? "warning" : "failure",
    title: `${type} ${assertion?.table ?? name}${rule}`,
    finding: assertion
      ? findingOf(assertion)
      : (errorOf(action)?.message ?? action.reason ?? "failed"),
    fileName,
    sample: assertion?.sample ?? [],
    look: assertion ? `npx dataform show ${name}` : `npx dataform run --actions ${name}`,
  };
}
