import { leaveHint } from "../database/connection/left-transaction.ts";
import type { Database, Session } from "../database/database.ts";
import { countingWaits } from "../database/locks/counted-waits.ts";
import { ActionFailure, type SqlError } from "../errors.ts";
import type { ExecutionAction } from "../plan/execution-graph.ts";
import { refuseLaterObstacle } from "../relation/obstacles/obstacles.ts";
import type { ActionResult, ActionStatus, TaskResult } from "../results/run-result.ts";
import { targetKey, targetName } from "../target.ts";
import type { ExecuteOptions } from "./execute-options.ts";
import type { Failure } from "./failure.ts";
import { failureOf } from "./failure.ts";
import { makeJudgedViews } from "./gates/make-judged-views.ts";
import { dropRejected } from "./gates/rejected-rows.ts";
import { prepareIncrement } from "./increments/prepare-increment.ts";
import { afterCommit } from "./publish/publish.ts";
import { setComments } from "./reconcile/comments.ts";
import {
  dropOutdated,
  type Reconciliation,
  reconcileAfterCommit,
  reconcileInside,
} from "./reconcile/reconcile.ts";
import { retryTransient } from "./retry.ts";
import { runTasks, type TaskOptions } from "./run-tasks.ts";
import { explainTimeout } from "./statement-timeout.ts";

// "… cannot run inside a transaction block": vacuum, create index concurrently, create database, …
const activeTransaction = "25001";

/** The options of a run that one action uses. */
export interface ActionOptions
  extends Pick<
      ExecuteOptions,
      "now" | "signal" | "listener" | "retryLimit" | "statementTimeoutMillis"
    >,
    Pick<TaskOptions, "rebuiltLater" | "gateResults"> {
  /** Whether the database remembers which comments a run has set. */
  remembersComments?: boolean;
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
  const judged = doneWithItsTable(action, options.gateResults);
  if (judged) {
    const timing = { startTimeMillis, endTimeMillis: startTimeMillis };
    const { target, type, fileName, tags } = action;
    return {
      target,
      type,
      fileName,
      tags,
      status: "successful",
      tasks: [{ ...judged, timing }],
      timing,
    };
  }
  const { counted, millis } = countingWaits(database, (waitsFor) =>
    options.listener({ type: "actionWaiting", action, waitsFor }),
  );
  const { tasks, retries } = await runAction(action, counted, options);
  const { target, type, fileName, tags } = action;
  const timing = { startTimeMillis, endTimeMillis: options.now() };
  const lockWaitMillis = millis();
  const delays = { ...(retries > 0 && { retries }), ...(lockWaitMillis > 0 && { lockWaitMillis }) };
  return { target, type, fileName, tags, status: statusOf(tasks), ...delays, tasks, timing };
}

/** What the gate of its table found, when nothing else is left to do for an assertion. */
function doneWithItsTable(
  { target }: ExecutionAction,
  { passed, done }: ActionOptions["gateResults"],
): TaskResult | undefined {
  const key = targetKey(target);
  return done.has(key) ? passed.get(key) : undefined;
}

async function runAction(
  action: ExecutionAction,
  database: Database,
  options: ActionOptions,
): Promise<{ tasks: TaskResult[]; retries: number }> {
  const before: Reconciliation = { changes: [] };
  const early = await reconcileTask(before, options, async () => {
    await dropOutdated(action, database, before, options.signal);
    await prepareIncrement(action, database, options.signal);
  });
  if (early.error) return { tasks: [early], retries: 0 };
  const { tasks, retries, objects } = await runWithRetries(action, database, options, before);
  if (statusOf(tasks) !== "successful") return { tasks, retries };
  const late = action.postgres
    ? await reconcileTask(objects, options, () =>
        reconcileAfterCommit(action, database, objects, options.signal),
      )
    : undefined;
  await afterCommit(action, database);
  if (action.rejected) await dropRejected(database, action.rejected);
  return { tasks: late ? [...tasks, late] : tasks, retries };
}

/** What one try of an action did: the results of its tasks, and the changes of declared objects. */
interface Try {
  tasks: TaskResult[];
  objects: Reconciliation;
}

async function runWithRetries(
  action: ExecutionAction,
  database: Database,
  options: ActionOptions,
  before: Reconciliation,
): Promise<Try & { retries: number }> {
  const { retryLimit, signal } = options;
  const onRetry = (retry: string, { message }: SqlError): void => {
    tell(action, `${message}; trying again (${retry})`, options);
  };
  const oneByOne = () =>
    tryOnce(action, before, options, (run) => runOneByOne(action, database, options, run));
  if (action.withoutTransaction) return { ...(await oneByOne()), retries: 0 };
  const work = () =>
    tryOnce(action, before, options, (run) => runInTransaction(action, database, options, run));
  const tried = await retryTransient(work, { retryLimit, signal, onRetry });
  const error = tried.tasks.at(-1)?.error;
  const isRefused = error?.sqlstate === activeTransaction && !error.leftTransaction;
  if (action.type !== "operation" || !isRefused) return tried;
  return { ...(await oneByOne()), retries: tried.retries };
}

/** Runs an action with a fresh record of what it does; an error becomes the result of its last task. */
async function tryOnce(
  action: ExecutionAction,
  before: Reconciliation,
  options: ActionOptions,
  run: (tried: Try) => Promise<void>,
): Promise<Try> {
  const tried: Try = { tasks: [], objects: { ...before, changes: [...before.changes] } };
  const failed = await failureOf(() => run(tried));
  if (failed) blameLastTask(tried.tasks, action, failed, options, tried.objects.isInside);
  return tried;
}

async function reconcileTask(
  objects: Reconciliation,
  options: ActionOptions,
  work: () => Promise<void>,
): Promise<TaskResult> {
  const startTimeMillis = options.now();
  const failed = await failureOf(work);
  const timing = { startTimeMillis, endTimeMillis: options.now() };
  const outcome = failed ?? { status: "successful" as const };
  return { type: "reconcile", ...outcome, changes: objects.changes, timing };
}

async function runInTransaction(
  action: ExecutionAction,
  database: Database,
  options: ActionOptions,
  { tasks, objects }: Try,
): Promise<void> {
  let done: string[] = [];
  await database.transaction(
    async (session) => {
      tellTransaction(action, session, options);
      const dropped = await runTasks(action, session, tasks, { ...options, database });
      await describe(action, session, options);
      await reconcileInside(session, action, objects, dropped);
      await refuseLaterObstacles(session, action);
      done = await makeJudgedViews(session, action, options.gateResults);
    },
    options.signal,
    { onNotice: (text) => tell(action, text, options) },
  );
  for (const key of done) options.gateResults.done.add(key);
}

/** Sets the comments of an action and sends its author the notices about them. */
async function describe(action: ExecutionAction, session: Session, options: ActionOptions) {
  const { comments, target } = action;
  if (!comments) return;
  const told = await setComments(session, target, comments, options.remembersComments ?? false);
  for (const text of told) tell(action, text, options);
}

/** Makes the first run fail where the second one could not change the rows. */
async function refuseLaterObstacles(session: Session, { tasks, target }: ExecutionAction) {
  for (const task of tasks) {
    if (task.type === "publish") await refuseLaterObstacle(session, target, task);
  }
}

function tell({ target }: ExecutionAction, text: string, { listener }: ActionOptions): void {
  listener({ type: "notice", message: `${targetName(target)}: ${text}` });
}

// `--resume` asks the server what became of this transaction when the runner was killed in it.
function tellTransaction(
  action: ExecutionAction,
  { transactionId }: Session,
  { listener }: ActionOptions,
): void {
  if (transactionId) listener({ type: "transactionStarted", action, transactionId });
}

async function runOneByOne(
  action: ExecutionAction,
  database: Database,
  options: ActionOptions,
  { tasks, objects }: Try,
): Promise<void> {
  await database.session(async (session) => {
    const dropped = await runTasks(action, session, tasks, { ...options, database });
    await refuseOpenTransaction(session);
    await describe(action, session, options);
    await reconcileInside(session, action, objects, dropped);
  }, options.signal);
}

// What is not committed is rolled back with the session.
async function refuseOpenTransaction(session: Session): Promise<void> {
  if (!session.isInTransaction()) return;
  throw new ActionFailure({
    message: "the statements began a transaction and did not commit it: it was rolled back",
    hint: "add commit at the end",
  });
}

// The tasks before the failing one keep their results, although everything was rolled back.
function blameLastTask(
  results: TaskResult[],
  action: ExecutionAction,
  { status, error }: Failure,
  options: ActionOptions,
  isReconciling = false,
): void {
  const task = action.tasks[results.length] ?? action.tasks.at(-1);
  const type = isReconciling ? "reconcile" : (task?.type ?? "statement");
  const started = results.at(-1)?.timing.endTimeMillis ?? options.now();
  const timing = { startTimeMillis: started, endTimeMillis: options.now() };
  const explained = explainCommit(explainTimeout(error, options.statementTimeoutMillis));
  results.push({ type, status, error: explained, timing });
}

// "invalid transaction termination": a procedure or a `do` block commits.
function explainCommit(error: SqlError): SqlError {
  return error.sqlstate === "2D000" && !error.hint ? { ...error, hint: leaveHint } : error;
}

function statusOf(tasks: readonly TaskResult[]): ActionStatus {
  const worst = tasks.find(({ status }) => status === "failed" || status === "cancelled");
  return worst?.status ?? "successful";
}
