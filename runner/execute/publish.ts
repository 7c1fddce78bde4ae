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

/** Makes or changes a relation inside the action's transaction; gives the rows written, if counted. */
export async function publish(
  session: Session,
  target: Target,
  task: PublishTask,
  rebuiltLater: RebuiltLater,
): Promise<{ rowCount?: number }> {
  switch (task.strategy) {
    case "create":
      return { rowCount: await createTable(session, target, task, rebuiltLater) };
    case "replace":
      return { rowCount: await replaceTable(session, target, task, rebuiltLater) };
    case "append":
      return { rowCount: await addRows(session, target, task, rebuiltLater) };
    case "merge":
      return { rowCount: await mergeRows(session, target, task, rebuiltLater) };
    case "overwrite":
      return { rowCount: await overwriteRows(session, target, task, rebuiltLater) };
    case "view":
      await replaceView(session, target, task, rebuiltLater);
      return {};
    case "materialized": {
      const rowCount = await publishMaterialized(session, target, task, rebuiltLater);
      return rowCount === undefined ? {} : { rowCount };
    }
  }
}

/**
 * What keeps a table healthy and cannot be done inside the transaction: replacing rows in place
 * leaves as many dead ones behind, and the planner knows nothing of the new ones. The rows are
 * committed, so a failure here is none of the action.
 */
export async function afterCommit(action: ExecutionAction, database: Database): Promise<void> {
  const task = action.tasks.find((each): each is PublishTask => each.type === "publish");
  const command = task && maintenance(task.strategy);
  if (!command) return;
  try {
    await database.query(`${command} ${qualifiedName(action.target)}`);
  } catch (error) {
    if (!(error instanceof SqlFailure || error instanceof RunnerError)) throw error;
  }
}

function maintenance(strategy: PublishTask["strategy"]): string | undefined {
  if (strategy === "replace") return "vacuum (analyze)";
  return strategy === "create" || strategy === "materialized" ? "analyze" : undefined;
}
