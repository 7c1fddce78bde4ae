import type { SqlError } from "../errors.ts";
import type { AssertionTask, ExecutionGraph } from "../plan/execution-graph.ts";
import type {
  ActionResult,
  ActionStatus,
  AssertionOutcome,
  RunResult,
} from "../results/run-result.ts";
import { type Target, targetKey, targetName } from "../target.ts";
import { counted } from "./limit-text.ts";

/** One assertion of a run, as every report shows it. */
export interface AssertionReport {
  /** The rule in words, or the assertion's own name. */
  rule: string;
  /** The readable name of the checked relation; the assertion's own when it checks several. */
  table: string;
  /** Whether `table` is a checked relation. */
  checksOneTable: boolean;
  status: ActionStatus;
  /** Absent when the query did not give an answer. */
  failingRows?: number;
  /** `tolerated` and `warning` are ways to pass with failing rows. */
  verdict?: AssertionOutcome["verdict"];
  /** How many of them pass, in words. */
  allowed?: string;
  /** Offending rows, up to 5. */
  sample: Record<string, unknown>[];
  /** Set when PostgreSQL refused the query. */
  error?: SqlError;
  action: ActionResult;
}

/**
 * Takes a run result and returns its assertions in order. The execution graph gives the rules of
 * those that did not run.
 */
export function collectAssertions(
  result: Pick<RunResult, "actions">,
  graph?: ExecutionGraph,
): AssertionReport[] {
  const planned = new Map<string, AssertionTask>();
  for (const action of graph?.actions ?? []) {
    const task = action.tasks.find((candidate) => candidate.type === "assertion");
    if (task) planned.set(targetKey(action.target), task);
  }
  return result.actions
    .filter((action) => action.type === "assertion")
    .map((action) => reportOf(action, planned.get(targetKey(action.target))));
}

/** Takes an action result and returns the error of the task that failed, if one has it. */
export function errorOf(action: ActionResult): SqlError | undefined {
  return action.tasks.find((task) => task.error)?.error;
}

/** Takes an assertion and returns why it did not pass, in a few words. */
export function findingOf(report: AssertionReport): string {
  if (report.error) return report.error.message;
  if (report.failingRows !== undefined)
    return amountOf({ ...report, failingRows: report.failingRows });
  return report.action.reason ?? report.status;
}

/** Takes what an assertion found and returns it in words: `3 failing rows (allowed: 10 rows)`. */
export function amountOf({
  failingRows,
  allowed,
}: Pick<AssertionOutcome, "failingRows" | "allowed">): string {
  return `${counted(failingRows, "failing row")}${allowed ? ` (allowed: ${allowed})` : ""}`;
}

/** Takes an action result and returns whether it is an assertion that only warns and found rows. */
export function isWarning({ tasks }: Pick<ActionResult, "tasks">): boolean {
  return tasks.some(({ assertion }) => assertion?.verdict === "warning");
}

/** Takes an action result and returns why it did not run, in words. */
export function reasonOf(action: ActionResult): string {
  if (action.reason === undefined) return action.status;
  return action.status === "skipped" ? `because ${action.reason}` : action.reason;
}

/** Takes an action result and returns how long it took, in seconds. */
export function secondsOf({ timing }: Pick<ActionResult, "timing">): number {
  return Math.max(0, timing.endTimeMillis - timing.startTimeMillis) / 1000;
}

function reportOf(action: ActionResult, planned: AssertionTask | undefined): AssertionReport {
  const outcome = action.tasks.find((task) => task.assertion)?.assertion;
  const checks: Target | undefined = outcome?.checks ?? planned?.checks;
  const error = errorOf(action);
  return {
    rule: outcome?.rule ?? planned?.rule ?? action.target.name,
    table: targetName(checks ?? action.target),
    checksOneTable: checks !== undefined,
    status: action.status,
    ...(outcome ? { failingRows: outcome.failingRows } : {}),
    ...(outcome?.verdict ? { verdict: outcome.verdict } : {}),
    ...(outcome?.allowed ? { allowed: outcome.allowed } : {}),
    sample: outcome?.sample ?? [],
    ...(error ? { error } : {}),
    action,
  };
}
