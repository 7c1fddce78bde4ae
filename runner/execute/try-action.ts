import { leaveHint } from "../database/connection/left-transaction.ts";
import { LeftOut } from "../database/connection/statement-queue.ts";
import type { Database, Session } from "../database/database.ts";
import { inTurn } from "../database/in-turn.ts";
import { ActionFailure, type SqlError } from "../errors.ts";
import type { ExecutionAction } from "../plan/execution-graph.ts";
import { refuseLaterObstacle } from "../relation/obstacles/obstacles.ts";
import type { TaskResult } from "../results/run-result.ts";
import { targetName } from "../target.ts";
import type { ExecuteOptions } from "./execute-options.ts";
import { type Failure, failureOf } from "./failure.ts";
import type { GateContext } from "./gates/check-gates.ts";
import { makeJudgedViews } from "./gates/make-judged-views.ts";
import { rowsLeftToCount } from "./increments/rows-left-to-count.ts";
import {
  areManaged,
  type Commented,
  readCommentChanges,
  readCommented,
  uncommented,
} from "./reconcile/comments.ts";
import { makeKeyFirst, type Reconciliation, reconcileInside } from "./reconcile/reconcile.ts";
import { type RetryOptions, retryTransient } from "./retry.ts";
import { runTasks, type TaskOptions } from "./run-tasks.ts";
import { explainTimeout } from "./statement-timeout.ts";

// "… cannot run inside a transaction block": vacuum, create index concurrently, create database, …
const activeTransaction = "25001";

/** The options of a run that one action uses. */
export interface ActionOptions
  extends Pick<
      ExecuteOptions,
      "now" | "signal" | "listener" | "retryLimit" | "statementTimeoutMillis" | "proofs"
    >,
    Pick<TaskOptions, "rebuiltLater" | "changed" | "gateResults"> {
  /** Whether the database remembers which comments a run has set. */
  remembersComments?: boolean;
}

/** What one try of an action did: the results of its tasks, and the changes of declared objects. */
export interface Try {
  tasks: TaskResult[];
  objects: Reconciliation;
}

/**
 * Runs the tasks of an action in one transaction, and again after a transient error. An operation with
 * a statement that PostgreSQL refuses inside a transaction is rolled back and its statements are sent
 * one by one. Returns the last try; `before` is the state of the relation's objects before the first.
 */
export async function tryAction(
  action: ExecutionAction,
  database: Database,
  options: ActionOptions,
  before: Reconciliation,
): Promise<Try & { retries: number }> {
  const oneByOne = () =>
    tryOnce(action, before, options, (run) => runOneByOne(action, database, options, run));
  if (action.withoutTransaction) return { ...(await oneByOne()), retries: 0 };
  const work = () =>
    tryOnce(action, before, options, (run) => runInTransaction(action, database, options, run));
  const tried = await retryTransient(work, retriesOf(action, options));
  const error = tried.tasks.at(-1)?.error;
  const isRefused = error?.sqlstate === activeTransaction && !error.leftTransaction;
  if (action.type !== "operation" || !isRefused) return tried;
  return { ...(await oneByOne()), retries: tried.retries };
}

/** How often the work of an action is tried again; the listener hears of each time. */
export function retriesOf(action: ExecutionAction, options: ActionOptions): RetryOptions {
  const { retryLimit, signal } = options;
  const onRetry = (retry: string, { message }: SqlError): void => {
    tell(action, `${message}; trying again (${retry})`, options);
  };
  return { retryLimit, signal, onRetry };
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

async function runInTransaction(
  action: ExecutionAction,
  database: Database,
  options: ActionOptions,
  { tasks, objects }: Try,
): Promise<void> {
  let judged: string[] | undefined = [];
  await database.transaction(
    async (session) => {
      let known: Promise<Commented | undefined> | undefined;
      const onUnchanged = () => {
        const { comments, tasks: planned } = action;
        // Statements after it may be about comments.
        if (planned.length > 1 || !comments || !areManaged(comments)) return;
        known = readCommented(session, action.target);
        // Its error is that of whoever needs it.
        known.catch(() => undefined);
      };
      const keyOfNew = newKey(session, action, objects);
      const given = { ...options, database, onUnchanged, keyOfNew };
      const ran = runTasks(action, session, tasks, given);
      const done = await ran.catch(async (error) => {
        // What was left out behind the question for comments has failed because of it.
        if (error instanceof LeftOut) await known;
        throw error;
      });
      const { dropped, newColumns } = done;
      if (newColumns) known = Promise.resolve(uncommented(newColumns));
      await reconcileInside(session, action, objects, dropped);
      await refuseLaterObstacles(session, action);
      // In a run of what changed, the action of each assertion keeps a proof of its own.
      if (options.proofs) {
        await describe(action, session, { ...options, known });
        await options.proofs.keep(session, action, tasks, (mayHaveMore) =>
          rowsLeftToCount(session, action, mayHaveMore),
        );
      } else {
        const views = () => makeJudgedViews(session, action, options.gateResults);
        judged = await describe(action, session, { ...options, known }, views);
      }
    },
    options.signal,
    {
      onNotice: (text) => tell(action, text, options),
      // `--resume` asks the server what became of this transaction when the runner was killed in it.
      onBegun: (transactionId) =>
        options.listener({ type: "transactionStarted", action, transactionId }),
    },
  );
  for (const key of judged ?? []) options.gateResults.done.add(key);
}

/** The primary key that a table gets which its action makes; undefined when it is there, or has none. */
function newKey(
  session: Session,
  action: ExecutionAction,
  objects: Reconciliation,
): GateContext["keyOfNew"] {
  const { target, postgres, distribution } = action;
  const key = postgres?.constraints.find(({ kind }) => kind === "primary key");
  if (!key || distribution || objects.oidBefore !== undefined) return undefined;
  // These rewrite a table with its indexes when they are set.
  if (postgres?.unlogged !== undefined || postgres?.tablespace !== undefined) return undefined;
  return { columns: key.columns, make: () => makeKeyFirst(session, target, key, objects) };
}

/**
 * Sets the comments of an action with its next statement and sends its author the notices about them. `meanwhile` begins
 * what may be done in the message that reads them; returns its result.
 */
async function describe<T = undefined>(
  action: ExecutionAction,
  session: Session,
  options: ActionOptions & { known?: Promise<Commented | undefined> | undefined },
  meanwhile: () => Promise<T | undefined> = async () => undefined,
): Promise<T | undefined> {
  const { comments, target } = action;
  const { known, remembersComments: canRemember = false } = options;
  const read = comments && readCommentChanges(session, target, comments, { canRemember, known });
  const [changes, result] = await inTurn(Promise.resolve(read), meanwhile());
  for (const statement of changes?.statements ?? []) session.later(statement);
  for (const text of changes?.told ?? []) tell(action, text, options);
  return result;
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

async function runOneByOne(
  action: ExecutionAction,
  database: Database,
  options: ActionOptions,
  { tasks, objects }: Try,
): Promise<void> {
  await database.session(async (session) => {
    const { dropped } = await runTasks(action, session, tasks, { ...options, database });
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
