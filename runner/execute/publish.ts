import type { Database, Session } from "../database/database.ts";
import { qualifiedName } from "../database/identifiers.ts";
import { RunnerError, SqlFailure } from "../errors.ts";
import type { ExecutionAction, PublishTask } from "../plan/execution-graph.ts";
import type { Target } from "../target.ts";
import type { RebuiltLater } from "./dependents.ts";
import { addRows, mergeRows } from "./publish-incremental.ts";
import { publishMaterialized } from "./publish-materialized.ts";
import { overwriteRows } from "./publish-overwrite.ts";
import { createTable, replaceTable } from "./publish-table.ts";
import { replaceView } from "./publish-view.ts";

/**
 * Makes or changes a relation inside the action's transaction; gives the rows written, if counted.
 * What is new is analysed at once: the next action's query is planned with it.
 */
export async function publish(
  session: Session,
  target: Target,
  task: PublishTask,
  rebuiltLater: RebuiltLater,
): Promise<{ rowCount?: number }> {
  const rowCount = await write(session, target, task, rebuiltLater);
  if (task.strategy === "create" || task.strategy === "materialized") {
    await session.query(`analyze ${qualifiedName(target)}`);
  }
  return rowCount === undefined ? {} : { rowCount };
}

function write(...args: [Session, Target, PublishTask, RebuiltLater]): Promise<number | undefined> {
  const [, , { strategy }] = args;
  switch (strategy) {
    case "create":
      return createTable(...args);
    case "replace":
      return replaceTable(...args);
    case "append":
      return addRows(...args);
    case "merge":
      return mergeRows(...args);
    case "overwrite":
      return overwriteRows(...args);
    case "view":
      return replaceView(...args).then(() => undefined);
    case "materialized":
      return publishMaterialized(...args);
  }
}

/**
 * Replacing rows in place leaves as many dead ones behind, and they cannot be cleared inside the
 * transaction. The rows are committed, so a failure here is none of the action.
 */
export async function afterCommit(action: ExecutionAction, database: Database): Promise<void> {
  const isReplaced = action.tasks.some(
    (task) => task.type === "publish" && task.strategy === "replace",
  );
  if (!isReplaced) return;
  try {
    await database.query(`vacuum (analyze) ${qualifiedName(action.target)}`);
  } catch (error) {
    if (!(error instanceof SqlFailure || error instanceof RunnerError)) throw error;
  }
}
