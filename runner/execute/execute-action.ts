import type { Database } from "../database/database.ts";
import { countingWaits } from "../database/locks/counted-waits.ts";
import type { ExecutionAction } from "../plan/execution-graph.ts";
import type { ActionResult, ActionStatus, TaskResult } from "../results/run-result.ts";
import { targetKey, targetName } from "../target.ts";
import { failureOf } from "./failure.ts";
import { dropRejected } from "./gates/rejected-rows.ts";
import { prepareIncrement } from "./increments/prepare-increment.ts";
import { afterCommit } from "./publish/publish.ts";
import { dropOutdated, type Reconciliation, reconcileAfterCommit } from "./reconcile/reconcile.ts";
import { retryTransient } from "./retry.ts";
import { type ActionOptions, retriesOf, tryAction } from "./try-action.ts";
import { waitForNodes } from "./wait-for-nodes.ts";

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
    if (action.waitsForNodes) await nodesOf(action, database, options);
    await dropOutdated(action, database, before, options.signal);
  });
  if (early.error) return { tasks: [early], retries: 0 };
  const prepare = () => prepareIncrement(action, database, options);
  const prepared = await retryTransient(
    async () => ({ tasks: [await reconcileTask(before, options, prepare)] }),
    retriesOf(action, options),
  );
  if (statusOf(prepared.tasks) !== "successful") return prepared;
  const { tasks, objects, ...tried } = await tryAction(action, database, options, before);
  const retries = prepared.retries + tried.retries;
  if (statusOf(tasks) !== "successful") return { tasks, retries };
  const inside = objects.changes.length;
  const { postgres, waitsForNodes } = action;
  const late =
    postgres || waitsForNodes
      ? await reconcileTask(objects, options, async () => {
          if (waitsForNodes) await nodesOf(action, database, options);
          if (postgres) await reconcileAfterCommit(action, database, objects, options.signal);
        })
      : undefined;
  if (late?.status === "successful" && objects.changes.length === inside) {
    await options.proofs?.finish(action, database);
  }
  await afterCommit(action, database, tasks);
  if (action.rejected) await dropRejected(database, action.rejected);
  return { tasks: late ? [...tasks, late] : tasks, retries };
}

/** Waits for the nodes of Citus, in a session of its own. */
async function nodesOf(
  { target }: ExecutionAction,
  database: Database,
  { signal, listener }: ActionOptions,
): Promise<void> {
  const tell = (text: string) =>
    listener({ type: "notice", message: `${targetName(target)}: ${text}` });
  await database.session((session) => waitForNodes(session, { signal, tell }), signal);
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

function statusOf(tasks: readonly TaskResult[]): ActionStatus {
  const worst = tasks.find(({ status }) => status === "failed" || status === "cancelled");
  return worst?.status ?? "successful";
}
