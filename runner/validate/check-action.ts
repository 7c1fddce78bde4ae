import { leaveHint } from "../database/connection/left-transaction.ts";
import type { Session } from "../database/database.ts";
import { qualifiedName, quoteIdentifier } from "../names/identifiers.ts";
import type { AssertionTask, ExecutionAction, ExecutionTask } from "../plan/execution-graph.ts";
import type { Partitioning, PublishTask, ViewTask } from "../plan/publish-task.ts";
import { refuseOccupiedName, refuseOthersView } from "../relation/obstacles/name-obstacles.ts";
import { refuseLaterObstacle } from "../relation/obstacles/obstacles.ts";
import type { UncheckedStatement } from "../results/plan-findings.ts";
import { parseSql } from "../sql/parse-sql.ts";
import { refuseTransactionEnd } from "../sql/transaction-control.ts";
import { checkDeclared } from "./check-declared.ts";
import { checkDependents, type Rebuilt } from "./check-dependents.ts";
import { checkPublish } from "./check-publish.ts";
import { checkStatement } from "./check-statement.ts";
import { define, readQuery } from "./define.ts";
import { refusedReaders, refuseQueryOnNodes, spreadCopy } from "./on-nodes.ts";
import type { Overlay } from "./overlay.ts";
import { sendMoved } from "./send-moved.ts";

/** What checking an action leaves behind, also when it fails on the way. */
export interface ActionTrace {
  unchecked: UncheckedStatement[];
  /** A statement was not executed that may make things. */
  mayCreate: boolean;
  undo: string[];
  notes: string[];
  /** The SQLSTATE of what a new transaction may check. */
  endsPart?: string;
}

/** Has PostgreSQL check the tasks of one action in order. Throws ActionFailure at the first mistake. */
export async function checkAction(
  action: ExecutionAction,
  context: Rebuilt,
  trace: ActionTrace,
): Promise<void> {
  await offerNoKeys(action, context);
  for (const task of action.tasks) {
    const isSent = task.type === "statement" && !action.withoutTransaction;
    if (isSent) await refuseTransactionEnd(task.statement, leaveHint);
    if (executes(task)) await refuseQueryOnNodes(task.statement, context);
    await checkTask(task, context, trace);
    if (task.type === "publish") await checkSpread(task, context, trace);
  }
  const partitioning = partitioningOf(action);
  if (action.postgres || partitioning) {
    await checkDeclared({ ...action.postgres, partitioning }, context);
  }
  if (!action.tasks.some(({ type }) => type === "publish")) await spreadCopy(context);
  await refuseLaterObstacles(action, context);
}

function partitioningOf({ tasks }: ExecutionAction): Partitioning | undefined {
  return tasks.flatMap((task) => ("partitioning" in task && task.partitioning) || [])[0];
}

async function refuseLaterObstacles(
  { postgres, tasks }: ExecutionAction,
  { session, overlay, target }: Rebuilt,
): Promise<void> {
  const hasKey = postgres?.constraints.some(({ kind }) => kind === "primary key");
  if (hasKey || postgres?.unlogged || !overlay.has(target)) return;
  for (const task of tasks) {
    if (task.type !== "publish") continue;
    await refuseLaterObstacle(session, target, task, await overlay.take(target));
  }
}

/** Spreads the table, since later statements of a run find it spread, and has Citus plan what readers of a view would ask. */
async function checkSpread(
  { strategy, statement }: PublishTask,
  context: Rebuilt,
  { notes }: ActionTrace,
): Promise<void> {
  await spreadCopy(context);
  const refused = strategy === "view" ? await refusedReaders(statement, context) : undefined;
  if (refused !== undefined) notes.push(refused);
}

/** Whether a run executes the query of a task: that of a view is kept. */
function executes(task: ExecutionTask): boolean {
  return task.type === "assertion" || (task.type === "publish" && task.strategy !== "view");
}

async function checkTask(task: ExecutionTask, context: Rebuilt, trace: ActionTrace): Promise<void> {
  switch (task.type) {
    case "statement":
      return checkStatements(task.statement, context, trace);
    case "assertion":
      await checkName(context, "view");
      await define(task.statement, "view", context);
      return checkDependents(viewOf(task), context);
    case "publish":
      await checkName(context, task.strategy);
      await checkPublish(task, context);
      return checkDependents(task, context);
  }
}

/** The view that is kept of an assertion; a run replaces it as any other. */
function viewOf({ statement, dropFirst }: AssertionTask): ViewTask {
  return { type: "publish", strategy: "view", statement, ...(dropFirst && { dropFirst }) };
}

/**
 * Whether the name is free or its relation may be replaced; a plan makes its own relation
 * elsewhere.
 */
async function checkName(
  { session, overlay, target, current }: Rebuilt,
  strategy: PublishTask["strategy"],
): Promise<void> {
  if (overlay.has(target)) return;
  if (!current) return refuseOccupiedName(session, target);
  if (strategy === "view") await refuseOthersView(session, target);
}

async function checkStatements(
  sql: string,
  { session, overlay }: { session: Session; overlay: Overlay },
  trace: ActionTrace,
): Promise<void> {
  for (const statement of await parseSql(sql)) {
    const outcome = await checkStatement(session, overlay, statement);
    const { reason } = outcome;
    if (reason !== undefined) trace.unchecked.push({ statement: statement.text.trim(), reason });
    if (outcome.undo !== undefined) trace.undo.unshift(outcome.undo);
    trace.mayCreate ||= outcome.mayCreate ?? false;
  }
}

/** The temporary relations of changed keys that a query of an incremental table may read, empty. */
async function offerNoKeys(
  { increment, tasks }: ExecutionAction,
  { session, overlay }: Rebuilt,
): Promise<void> {
  const isKeyed = tasks.some((task) => task.type === "publish" && task.strategy === "keyed");
  for (const follow of isKeyed ? (increment?.follows ?? []) : []) {
    const keys = follow.columns.map(({ source }) => quoteIdentifier(source)).join(", ");
    const { changedName, appendOnly } = follow;
    const offered = [
      [changedName, keys] as const,
      ...(appendOnly ? [[appendOnly.addedName, "*"] as const] : []),
    ];
    for (const [name, columns] of offered) {
      const query = await readQuery(`select ${columns} from ${qualifiedName(follow.target)}`);
      const before = `create temp table ${quoteIdentifier(name)} as\n`;
      await sendMoved(session, overlay, query, { before, after: "with no data" });
    }
  }
}
