import { rowsOf } from "../results/rows-of.ts";
import type { ActionResult, AssertionOutcome } from "../results/run-result.ts";
import type { Target } from "../target.ts";
import { withoutPassword } from "../text/without-password.ts";

/** Rows for one statement. */
export interface HistoryBatch {
  actions: ReturnType<typeof actionRow>[];
  assertions: NonNullable<ReturnType<typeof assertionRow>>[];
}

/** The facts that the history adds to the result of an action. */
export interface ActionFacts {
  /**
   * Milliseconds between the end of its last dependency and its start; absent when it did not start.
   */
  queueMillis?: number | undefined;
  /** Rows of the table that an assertion checks, when they are known. */
  checkedRows?: number | undefined;
}

/** Returns the row of `run_history.actions` for the result of an action. */
export function actionRow(result: ActionResult, { queueMillis }: ActionFacts) {
  const { target, timing, tasks } = result;
  const error = tasks.find((task) => task.error)?.error;
  return {
    schema_name: target.schema,
    action_name: target.name,
    type: result.type,
    file_name: result.fileName,
    tags: result.tags,
    status: result.status,
    reason: result.reason,
    reused: result.reused ?? false,
    started_at: timeOf(timing.startTimeMillis),
    ended_at: timeOf(timing.endTimeMillis),
    queue_seconds: queueMillis === undefined ? undefined : queueMillis / 1000,
    // An action that did not start, or whose result is from an earlier run, has not waited.
    lock_wait_seconds: queueMillis === undefined ? undefined : (result.lockWaitMillis ?? 0) / 1000,
    rows: result.type === "assertion" ? undefined : rowsOf(result),
    replacement: tasks.find((task) => task.replacement)?.replacement,
    retries: result.retries ?? 0,
    error: error && cut(withoutPassword(error.message), longestError),
    sqlstate: error?.sqlstate,
  };
}

/**
 * Returns the row of `run_history.assertions`; undefined when the result is not that of an assertion,
 * or it was not checked.
 */
export function assertionRow(result: ActionResult, { checkedRows }: ActionFacts) {
  const task = result.tasks.find(({ assertion }) => assertion) ?? result.tasks.at(-1);
  if (result.type !== "assertion" || result.reused || !task) return undefined;
  if (task.status !== "successful" && task.status !== "failed") return undefined;
  const { assertion } = task;
  const { checks, failingRows, total } = assertion ?? {};
  const whole = total ?? checkedRows;
  return {
    schema_name: result.target.schema,
    assertion_name: result.target.name,
    checked_schema: checks?.schema,
    checked_name: checks?.name,
    rule: assertion?.rule ?? result.target.name,
    verdict: verdictOf(assertion),
    failing_rows: failingRows,
    allowed: assertion?.allowed,
    percent: whole && failingRows !== undefined ? (100 * failingRows) / whole : undefined,
    checked_rows: total,
    sample: (assertion?.sample ?? []).map(cutRow),
    checked_at: timeOf(result.timing.endTimeMillis),
  };
}

/** The table that an assertion checks. */
export function checkedBy({ tasks }: ActionResult): Target | undefined {
  return tasks.find(({ assertion }) => assertion)?.assertion?.checks;
}

/** Returns the same rows with all their times later by some milliseconds. */
export function laterBy(millis: number, { actions, assertions }: HistoryBatch): HistoryBatch {
  const later = (time: string) => timeOf(Date.parse(time) + millis);
  return {
    actions: actions.map((row) => ({
      ...row,
      started_at: later(row.started_at),
      ended_at: later(row.ended_at),
    })),
    assertions: assertions.map((row) => ({ ...row, checked_at: later(row.checked_at) })),
  };
}

/** Returns milliseconds since 1970 as a timestamp that PostgreSQL reads. */
export function timeOf(millis: number): string {
  return new Date(millis).toISOString();
}

/** Returns JSON without NUL and unpaired surrogates, which PostgreSQL refuses. */
export function historyJson(value: unknown): string {
  const json = JSON.stringify(value);
  // Both are escaped in JSON; almost no text has them.
  if (!/\\u(0000|d[89a-f])/.test(json)) return json;
  return JSON.stringify(value, (_, member) =>
    typeof member === "string" ? storable(member) : member,
  );
}

/** The text as PostgreSQL can store it. */
export function storable(text: string): string {
  return text.replaceAll("\0", "\uFFFD").replace(/\p{Cs}/gu, "\uFFFD");
}

function verdictOf(outcome: AssertionOutcome | undefined): string {
  if (outcome === undefined) return "error";
  if (outcome.failingRows === 0) return "passed";
  return outcome.verdict ?? "failed";
}

const longestError = 10_000;
const longestValue = 500;

function cutRow(row: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      typeof value === "string" ? cut(value, longestValue) : value,
    ]),
  );
}

function cut(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, longest)}…`;
}
