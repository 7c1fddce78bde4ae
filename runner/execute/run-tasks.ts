import { leaveHint } from "../database/connection/left-transaction.ts";
import type { Database, QueryResult, Session } from "../database/database.ts";
import type { ExecutionAction, ExecutionTask } from "../plan/execution-graph.ts";
import type { RebuiltLater } from "../relation/dependents.ts";
import { distributeMade } from "../relation/distribution.ts";
import type { DroppedKey } from "../relation/inbound-keys.ts";
import type { RunListener } from "../results/run-event.ts";
import type { TaskResult } from "../results/run-result.ts";
import { refuseTransactionEnd, singleStatements } from "../sql/transaction-control.ts";
import { targetKey, targetName } from "../target.ts";
import { checkAssertion } from "./check-assertion.ts";
import { createGate, type GateContext, type GateResults } from "./gates/check-gates.ts";
import type { Gate } from "./gates/gate.ts";
import { isFailure } from "./gates/judge-assertion.ts";
import { mayKeepViews } from "./gates/judge-by-view.ts";
import { gateOfAction } from "./gates/late-gate.ts";
import { offerChangedKeys, rememberSeen } from "./increments/changed-keys.ts";
import { offerOwnChanges } from "./increments/offered-keys.ts";
import { logWritten } from "./increments/spread-log.ts";
import type { Proofs } from "./proofs/proofs.ts";
import type { Published } from "./publish/create-table.ts";
import { publish } from "./publish/publish.ts";
import { limitStatements } from "./statement-timeout.ts";

/** The parts of a run that the tasks of an action use. */
export interface TaskOptions {
  /** The database, for work that must outlive the rollback of the action's transaction. */
  database: Database;
  rebuiltLater: RebuiltLater;
  /** The relations whose rows this run may have changed, by `targetKey`. */
  changed: ReadonlySet<string>;
  /** The findings of gates so far; those of this action are added. */
  gateResults: GateResults;
  now: () => number;
  /** What a run of what changed keeps of each success. */
  proofs?: Proofs | undefined;
  /** Receives notices about rows that earlier runs have missed. */
  listener?: RunListener | undefined;
  signal?: AbortSignal | undefined;
  /** Milliseconds that one statement may take. */
  statementTimeoutMillis?: number | undefined;
  /** As in `Publication`. */
  onUnchanged?: () => void;
  /** As in `GateContext`. */
  keyOfNew?: GateContext["keyOfNew"];
}

/** What the tasks of an action leave to be done in its transaction. */
export interface DoneTasks {
  /** Foreign keys of other tables that were dropped and are to be made again. */
  dropped: DroppedKey[];
  /** The columns of the table, when the tasks have made it and nothing has changed it since. */
  newColumns?: string[] | undefined;
}

/**
 * Runs the tasks of an action in order and adds a result for each that is done to `results`.
 */
export async function runTasks(
  action: ExecutionAction,
  session: Session,
  results: TaskResult[],
  options: TaskOptions,
): Promise<DoneTasks> {
  await limitStatements(session, options.statementTimeoutMillis);
  const { database, now, signal } = options;
  const keepsViews = session.isTransaction && mayKeepViews(action) && !options.proofs;
  let untouched = false;
  const isUntouched = () => untouched;
  const { gateResults, keyOfNew } = options;
  const context = {
    ...{ database, results: gateResults, now, signal, keepsViews, isUntouched, keyOfNew },
  };
  const ownGate = createGate(action, session, context);
  const { gate, judgeAtEnd } = gateOfAction(action, session, ownGate);
  const tell = (text: string) =>
    options.listener?.({ type: "notice", message: `${targetName(action.target)}: ${text}` });
  if (action.increment && session.isTransaction) await options.proofs?.beginKeys(session, action);
  const seen = await offerChangedKeys(session, action, { tell, signal });
  if (session.isTransaction) await options.proofs?.begin(session, action);
  const done: DoneTasks = { dropped: [] };
  for (const task of action.tasks) {
    const startTimeMillis = now();
    const onUnchanged = () => {
      untouched = action.tasks.length === 1;
      options.onUnchanged?.();
    };
    const ran = await runTask(action, task, session, { ...options, onUnchanged }, gate);
    const { droppedKeys = [], newColumns, ...outcome } = ran;
    const timing = { startTimeMillis, endTimeMillis: now() };
    const failed = outcome.assertion !== undefined && isFailure(outcome.assertion);
    done.dropped.push(...droppedKeys);
    if (newColumns && action.tasks.length === 1) done.newColumns = newColumns;
    results.push({ type: task.type, status: failed ? "failed" : "successful", ...outcome, timing });
  }
  if (action.distribution && action.type === "operation") {
    await distributeMade(session, action.target, action.distribution);
  }
  await judgeAtEnd();
  await rememberSeen(session, action, seen);
  return done;
}

/**
 * Inside a transaction sends the SQL as it is, and refuses statements that would end the transaction;
 * else sends its statements one by one.
 */
async function sendStatement(session: Session, sql: string): Promise<QueryResult> {
  if (session.isTransaction) {
    await refuseTransactionEnd(sql, leaveHint);
    return session.statement(sql);
  }
  const [first = sql, ...others] = await singleStatements(sql);
  let result = await session.statement(first);
  for (const statement of others) result = await session.statement(statement);
  return result;
}

async function runTask(
  action: ExecutionAction,
  task: ExecutionTask,
  session: Session,
  { rebuiltLater, changed, gateResults, proofs, onUnchanged }: TaskOptions,
  gate: Gate,
): Promise<
  Pick<TaskResult, "rowCount" | "isUnchanged" | "assertion"> &
    Pick<Published, "newColumns" | "droppedKeys">
> {
  switch (task.type) {
    case "statement": {
      const { rowCount } = await sendStatement(session, task.statement);
      if (action.waitsForNodes) await logWritten(session, task.statement);
      return rowCount === null ? {} : { rowCount };
    }
    case "publish":
      // Operations before the query may have written to what it follows.
      if (task.strategy === "keyed" && task !== action.tasks[0]) {
        await offerOwnChanges(session, action.target, task.follows);
      }
      return publish({
        ...{ session, target: action.target, task, rebuiltLater, gate, onUnchanged },
        distribution: action.distribution,
        mayBeUnchanged:
          action.tasks.length === 1 &&
          !action.dependencyTargets.some((each) => changed.has(targetKey(each))),
      });
    case "assertion": {
      const passed = gateResults.passed.get(targetKey(action.target))?.assertion;
      // A proof is of rows that were judged after it was begun.
      const known = proofs && passed?.rows === undefined ? undefined : passed;
      const { target } = action;
      return checkAssertion(session, target, task, rebuiltLater, known);
    }
  }
}
