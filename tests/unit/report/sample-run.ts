import type { ExecutionAction, ExecutionGraph } from "../../../runner/plan/execution-graph.ts";
import type { ActionResult, RunResult, TaskResult } from "../../../runner/results/run-result.ts";

/** Values that try to break out of every format that a report is written in. */
export const hostile = {
  html: "<script>alert(1)</script>",
  cdata: "]]>",
  clipboard: "\u001b]52;c;aGk=\u0007",
  command: "::error::forged",
  legacyCommand: "##[error]forged",
  pipe: "| pipe | `tick` |",
  lines: "one\r\ntwo\n::add-mask::three",
  mention: "@everyone ![x](http://evil.example/p.png)",
  nul: "a\u0000b\ufffe\ud800",
} as const;

export const everythingHostile = Object.values(hostile).join(" ");

const timing = { startTimeMillis: 1_767_225_600_000, endTimeMillis: 1_767_225_601_500 };

/** A successful action result, with the given values in place of its own. */
export function actionResult(
  name: string,
  given: Partial<Omit<ActionResult, "target">> = {},
): ActionResult {
  return {
    target: { schema: "silver", name },
    type: "table",
    fileName: `definitions/silver/${name}.sqlx`,
    tags: [],
    status: "successful",
    tasks: [],
    timing,
    ...given,
  };
}

/** An assertion's result with the rows that it found. */
export function assertionResult(
  rule: string,
  failingRows: number,
  sample: Record<string, unknown>[] = [],
): ActionResult {
  const status = failingRows > 0 ? "failed" : "successful";
  const checks = { schema: "silver", name: "tests" };
  const assertion = { rule, checks, failingRows, sample };
  const task: TaskResult = { type: "assertion", status, assertion, timing };
  return actionResult("tests", {
    type: "assertion",
    status,
    tasks: [task],
    fileName: "definitions/silver/tests.sqlx",
  });
}

/** The result of an assertion that passed although it found rows. */
export function passedWithRows(
  verdict: "tolerated" | "warning",
  failingRows: number,
  sample: Record<string, unknown>[] = [],
): ActionResult {
  const result = assertionResult(`rule that was ${verdict}`, 0);
  const tasks = result.tasks.map((task): TaskResult => {
    if (!task.assertion) return task;
    const assertion = { ...task.assertion, failingRows, verdict, allowed: "2 rows", sample };
    return { ...task, assertion };
  });
  return { ...result, tasks };
}

/** A table that PostgreSQL refused to build. */
export function failedResult(name: string, message: string): ActionResult {
  const error = {
    message,
    sqlstate: "42703",
    hint: "Perhaps you meant duration.",
    statement: "select\n  dration\nfrom raw",
    position: 10,
  };
  const task: TaskResult = { type: "publish", status: "failed", error, timing };
  return actionResult(name, { status: "failed", tasks: [task] });
}

/** A run that holds the given results; failed when one of them is. */
export function runResult(actions: ActionResult[]): RunResult {
  const failed = actions.some(({ status }) => status === "failed");
  return { runId: "run-1", status: failed ? "failed" : "successful", timing, actions };
}

/** The graph that results like these come from. */
export function graphOf(results: ActionResult[]): ExecutionGraph {
  const actions = results.map(({ target, type, fileName, tags }): ExecutionAction => {
    return { target, type, fileName, tags, dependencyTargets: [], disabled: false, tasks: [] };
  });
  return { schemas: [], actions };
}
