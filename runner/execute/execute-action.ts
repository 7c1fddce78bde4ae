import type { Database, Session } from "../database/database.ts";
import { RunnerError, type SqlError, SqlFailure } from "../errors.ts";
import type { ExecutionAction, ExecutionTask } from "../plan/execution-graph.ts";
import { checkAssertion } from "./check-assertion.ts";
import { setComments } from "./comments.ts";
import type { RebuiltLater } from "./dependents.ts";
import type { ExecuteOptions } from "./execute-graph.ts";
import { afterCommit, publish } from "./publish.ts";
import type { ActionResult, ActionStatus, TaskResult } from "./run-result.ts";

// "… cannot run inside a transaction block": vacuum, create index concurrently, create database, …
const activeTransaction = "25001";

/** What one action needs of the run that it belongs to. */
export interface ActionOptions extends Pick<ExecuteOptions, "now" | "signal"> {
  rebuiltLater: RebuiltLater;
}

/**
 * Runs the tasks of one action in one session and one transaction: all of it is visible afterwards,
 * or nothing. An operation with a statement that PostgreSQL refuses inside a transaction is rolled
 * back and its statements are sent one by one. Never throws for an SQL error.
 */
export async function executeAction(
  action: ExecutionAction,
  database: Database,
  options: ActionOptions,
): Promise<ActionResult> {
  const startTimeMillis = options.now();
  let tasks = await runInTransaction(action, database, options);
  if (action.type === "operation" && tasks.at(-1)?.error?.sqlstate === activeTransaction) {
    tasks = await runOneByOne(action, database, options);
  }
  const status = statusOf(tasks);
  if (status === "successful") await afterCommit(action, database);
  const { target, type, fileName, tags } = action;
  const timing = { startTimeMillis, endTimeMillis: options.now() };
  return { target, type, fileName, tags, status, tasks, timing };
}

async function runInTransaction(
  action: ExecutionAction,
  database: Database,
  options: ActionOptions,
): Promise<TaskResult[]> {
  const results: TaskResult[] = [];
  const failed = await failureOf(() =>
    database.transaction(async (session) => {
      await runTasks(action, session, results, options);
      if (action.comments) await setComments(session, action.target, action.comments);
    }, options.signal),
  );
  if (failed) blameLastTask(results, action, failed, options);
  return results;
}

async function runOneByOne(
  action: ExecutionAction,
  database: Database,
  options: ActionOptions,
): Promise<TaskResult[]> {
  const results: TaskResult[] = [];
  const failed = await failureOf(() =>
    database.session((session) => runTasks(action, session, results, options), options.signal),
  );
  if (failed) blameLastTask(results, action, failed, options);
  return results;
}

async function runTasks(
  action: ExecutionAction,
  session: Session,
  results: TaskResult[],
  options: ActionOptions,
): Promise<void> {
  for (const task of action.tasks) {
    const startTimeMillis = options.now();
    const outcome = await runTask(action, task, session, options.rebuiltLater);
    const timing = { startTimeMillis, endTimeMillis: options.now() };
    const failed = (outcome.assertion?.failingRows ?? 0) > 0;
    results.push({ type: task.type, status: failed ? "failed" : "successful", ...outcome, timing });
  }
}

async function runTask(
  action: ExecutionAction,
  task: ExecutionTask,
  session: Session,
  rebuiltLater: RebuiltLater,
): Promise<Pick<TaskResult, "rowCount" | "assertion">> {
  switch (task.type) {
    case "statement": {
      const { rowCount } = await session.query(task.statement);
      return rowCount === null ? {} : { rowCount };
    }
    case "publish":
      return publish(session, action.target, task, rebuiltLater);
    case "assertion":
      return { assertion: await checkAssertion(session, action.target, task, rebuiltLater) };
  }
}

interface Failure {
  status: ActionStatus;
  error: SqlError;
}

async function failureOf(work: () => Promise<void>): Promise<Failure | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (error instanceof SqlFailure) return { status: "failed", error: error.error };
    if (error instanceof RunnerError) {
      const status = error.code === "CANCELLED" ? "cancelled" : "failed";
      return { status, error: { message: error.message, ...(error.hint && { hint: error.hint }) } };
    }
    throw error;
  }
}

// Everything was rolled back: the tasks before the failing one did their work, and it is gone.
function blameLastTask(
  results: TaskResult[],
  action: ExecutionAction,
  { status, error }: Failure,
  options: ActionOptions,
): void {
  const task = action.tasks[results.length] ?? action.tasks.at(-1);
  const started = results.at(-1)?.timing.endTimeMillis ?? options.now();
  const timing = { startTimeMillis: started, endTimeMillis: options.now() };
  results.push({ type: task?.type ?? "statement", status, error, timing });
}

function statusOf(tasks: readonly TaskResult[]): ActionStatus {
  const worst = tasks.find(({ status }) => status === "failed" || status === "cancelled");
  return worst?.status ?? "successful";
}
