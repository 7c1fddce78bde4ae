import type { Database, Session } from "../../database/database.ts";
import { RunnerError, SqlFailure } from "../../errors.ts";
import { qualifiedName } from "../../names/identifiers.ts";
import type { ExecutionAction, PublishTask } from "../../plan/execution-graph.ts";
import type { RebuiltLater } from "../../relation/dependents.ts";
import type { TaskResult } from "../../results/run-result.ts";
import type { Target } from "../../target.ts";
import type { Gate } from "../gates/gate.ts";
import { forgetChanges } from "../increments/followers.ts";
import { addRows, mergeRows } from "./publish-incremental.ts";
import { publishKeyed } from "./publish-keyed.ts";
import { publishMaterialized } from "./publish-materialized.ts";
import { overwriteRows } from "./publish-overwrite.ts";
import { createTable, type Published, replaceTable } from "./publish-table.ts";
import { replaceView } from "./publish-view.ts";

/**
 * Makes or changes a relation inside the action's transaction; tells the rows written, if counted, and how a table got them.
 * What is new is analysed at once: the next action's query is planned with it. What was swapped in
 * has been analysed before its lock, and a refreshed view is after the commit: readers may be waiting.
 */
export async function publish(
  session: Session,
  target: Target,
  task: PublishTask,
  rebuiltLater: RebuiltLater,
  gate: Gate,
): Promise<Pick<TaskResult, "rowCount" | "replacement">> {
  const { rowCount, replacement, isAnalyzed } = await write(
    session,
    target,
    task,
    rebuiltLater,
    gate,
  );
  if (!isAnalyzed && (task.strategy === "create" || task.strategy === "materialized")) {
    await session.query(`analyze ${qualifiedName(target)}`);
  }
  return { ...(rowCount !== undefined && { rowCount }), ...(replacement && { replacement }) };
}

type PublishArguments = [Session, Target, PublishTask, RebuiltLater, Gate];

async function write(...args: PublishArguments): Promise<Published> {
  const [session, target, task, rebuiltLater] = args;
  switch (task.strategy) {
    case "create":
      return createTable(...args);
    case "replace":
      return replaceTable(...args);
    case "append":
      return { rowCount: await addRows(...args) };
    case "merge":
      return { rowCount: await mergeRows(...args) };
    case "overwrite":
      return { rowCount: await overwriteRows(...args) };
    case "keyed":
      return { rowCount: await publishKeyed(...args) };
    case "view":
      await replaceView(session, target, task, rebuiltLater);
      return {};
    case "materialized":
      return publishMaterialized(...args);
  }
}

/**
 * Replacing rows in place leaves as many dead ones behind, and they cannot be cleared inside the
 * transaction; so does a refresh. Changes that every follower has seen are forgotten. The rows are committed, so a failure here is none of the action.
 */
export async function afterCommit(action: ExecutionAction, database: Database): Promise<void> {
  const isReplaced = action.tasks.some(
    (task) =>
      task.type === "publish" && (task.strategy === "replace" || task.refresh !== undefined),
  );
  const statements = [
    ...(isReplaced ? [`vacuum (analyze) ${qualifiedName(action.target)}`] : []),
    ...(action.increment?.follows ?? []).flatMap(forgetChanges),
  ];
  try {
    for (const statement of statements) await database.query(statement);
  } catch (error) {
    if (!(error instanceof SqlFailure || error instanceof RunnerError)) throw error;
  }
}
