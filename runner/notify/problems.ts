import type { ExecutionAction, ExecutionGraph } from "../plan/execution-graph.ts";
import type { ActionResult, RunResult } from "../results/run-result.ts";
import { targetKey, targetName } from "../target.ts";

/** How bad a problem is: a warning is told once, a failure until it is over. */
export type ProblemKind = "failure" | "warning";

/** Something that people have to know. */
export interface Problem {
  /** The same for the same problem of another run. */
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

/** The problems of a run, and of which keys it can say whether they are a problem at all. */
export interface Findings {
  problems: Problem[];
  checked: ReadonlySet<string>;
}

/** The key of a run that could not start, or ran out of time. */
export const runKey = "run";

/** Takes the result of a run and its graph; returns what went wrong in it. */
export function problemsOf(result: RunResult, graph: ExecutionGraph | undefined): Findings {
  const planned = new Map(graph?.actions.map((action) => [targetKey(action.target), action]));
  const failed = new Set(
    result.actions
      .filter(({ status }) => status === "failed")
      .map(({ target }) => targetKey(target)),
  );
  const told = result.actions.filter(({ target }) => {
    // A table that its assertion keeps back is not a problem of its own.
    const gates = planned.get(targetKey(target))?.gates ?? [];
    return !gates.some((gate) => failed.has(targetKey(gate.target)));
  });
  const problems = told.flatMap((action) => {
    const problem = problemOf(action, planned.get(targetKey(action.target)));
    return problem ? [problem] : [];
  });
  if (result.status === "timed_out") problems.push(timedOut);
  const done = result.actions.filter(
    ({ status }) => status === "successful" || status === "failed",
  );
  return { problems, checked: new Set([runKey, ...done.map(({ target }) => targetKey(target))]) };
}

/** Takes why a run could not start; returns it as the one problem that is known. */
export function problemOfStart(message: string): Findings {
  const title = "the run could not start";
  const problem: Problem = { ...timedOut, title, finding: message };
  return { problems: [problem], checked: new Set([runKey]) };
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
  planned: ExecutionAction | undefined,
): Problem | undefined {
  const outcome = action.tasks.find(({ assertion }) => assertion)?.assertion;
  const isWarning = outcome?.verdict === "warning";
  if (action.status !== "failed" && !isWarning) return undefined;
  const name = targetName(action.target);
  const task = planned?.tasks.find(({ type }) => type === "assertion");
  const checks = outcome?.checks ?? (task?.type === "assertion" ? task.checks : undefined);
  const rule = outcome?.rule ?? (task?.type === "assertion" ? task.rule : undefined);
  const error = action.tasks.find((each) => each.error)?.error?.message;
  return {
    key: targetKey(action.target),
    kind: isWarning ? "warning" : "failure",
    title: `${action.type} ${checks ? targetName(checks) : name}${rule && rule !== action.target.name ? `: ${rule}` : ""}`,
    finding: outcome && !error ? rowsOf(outcome) : (error ?? action.reason ?? "failed"),
    fileName: action.fileName,
    sample: outcome?.sample ?? [],
    look:
      action.type === "assertion"
        ? `npx dataform show ${name}`
        : `npx dataform run --actions ${name}`,
  };
}

function rowsOf({ failingRows, allowed }: { failingRows: number; allowed?: string }): string {
  const rows = `${failingRows} failing row${failingRows === 1 ? "" : "s"}`;
  return allowed ? `${rows} (allowed: ${allowed})` : rows;
}
