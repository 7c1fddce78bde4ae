import type { Database } from "../../database/database.ts";
import { RunnerError, SqlFailure } from "../../errors.ts";
import { qualifiedName, quoteLiteral } from "../../names/identifiers.ts";
import type { ExecutionAction } from "../../plan/execution-graph.ts";
import type { DroppedKey } from "../../relation/inbound-keys.ts";
import { dressAsBefore, readLeftAway } from "../../relation/left-away.ts";
import type { TaskResult } from "../../results/run-result.ts";
import { forgetChanges } from "../increments/forget-changes.ts";
import type { Publication } from "../publication.ts";
import { createTable, type Published } from "./create-table.ts";
import { addRows, mergeRows } from "./publish-incremental.ts";
import { publishKeyed } from "./publish-keyed.ts";
import { publishMaterialized } from "./publish-materialized.ts";
import { overwriteRows } from "./publish-overwrite.ts";
import { replaceTable } from "./publish-table.ts";
import { replaceView } from "./publish-view.ts";

/**
 * Makes or changes a relation inside the action's transaction. Returns the row count, when known, how
 * the rows were replaced, and the foreign keys that were dropped for it. A new relation is analysed at
 * once, because the next action's query is planned with it; a swapped one was analysed before its lock,
 * and a refreshed view is analysed after the commit, so that readers do not wait.
 */
export async function publish(
  publication: Publication,
): Promise<
  Pick<TaskResult, "rowCount" | "replacement" | "isUnchanged"> &
    Pick<Published, "newColumns"> & { droppedKeys: DroppedKey[] }
> {
  const { session, target, task, distribution } = publication;
  if (distribution) await workInOrder(publication);
  const left = await readLeftAway(publication);
  const done = await write(left ? asNew(publication) : publication);
  if (left) await dressAsBefore(session, left);
  const { rowCount, replacement, isUnchanged, isAnalyzed, newColumns, droppedKeys = [] } = done;
  // Citus analyses the nodes over connections of their own, which cannot see the new rows yet.
  if (
    !distribution &&
    !isAnalyzed &&
    (task.strategy === "create" || task.strategy === "materialized")
  ) {
    session.later(`analyze ${qualifiedName(target)}`);
  }
  return {
    ...(rowCount !== undefined && { rowCount }),
    ...(replacement && { replacement }),
    ...(isUnchanged && { isUnchanged }),
    ...(newColumns && { newColumns }),
    droppedKeys,
  };
}

/**
 * With foreign keys between them, Citus allows changes of several tables in one transaction only over one
 * connection for each node. It is asked for where a table may be replaced or get partitions, and for reference tables.
 */
async function workInOrder({ session, target, task, distribution }: Publication): Promise<void> {
  const isOneTable = task.strategy !== "replace" && !("partitioning" in task && task.partitioning);
  if (isOneTable && distribution?.column !== undefined) return;
  const oid = `to_regclass(${quoteLiteral(qualifiedName(target))})`;
  await session.query(`
    select set_config('citus.multi_shard_modify_mode', 'sequential', true)
    where exists (select 1 from pg_constraint where contype = 'f' and (conrelid = ${oid} or confrelid = ${oid}))`);
}

/** Without what is dropped first: the run has dropped it already. */
function asNew(publication: Publication): Publication {
  const { dropFirst: _, ...task } = { dropFirst: undefined, ...publication.task };
  return { ...publication, task };
}

async function write({ task, ...place }: Publication): Promise<Published> {
  switch (task.strategy) {
    case "create":
      return createTable({ ...place, task });
    case "replace":
      return replaceTable({ ...place, task });
    case "append":
      return { rowCount: await addRows({ ...place, task }) };
    case "merge":
      return { rowCount: await mergeRows({ ...place, task }) };
    case "overwrite":
      return { rowCount: await overwriteRows({ ...place, task }) };
    case "keyed":
      return { rowCount: await publishKeyed({ ...place, task }) };
    case "view":
      return { droppedKeys: await replaceView({ ...place, task }) };
    case "materialized":
      return publishMaterialized({ ...place, task });
  }
}

/**
 * After the commit: vacuums a table whose rows were replaced in place or refreshed, since as many dead
 * rows remain, and removes logged changes that every follower has seen. The rows are committed, so a
 * failure here does not fail the action.
 */
export async function afterCommit(
  action: ExecutionAction,
  database: Database,
  results: readonly TaskResult[],
): Promise<void> {
  const isUnchanged = results.some((result) => result.isUnchanged);
  const isReplaced = action.tasks.some(
    (task) =>
      task.type === "publish" &&
      (task.strategy === "replace" ||
        (task.strategy === "materialized" && task.refresh !== undefined)),
  );
  const isBuiltSpread =
    action.distribution !== undefined &&
    action.tasks.some((task) => task.type === "publish" && task.strategy === "create");
  const statements = [
    ...(isReplaced && !isUnchanged ? [`vacuum (analyze) ${qualifiedName(action.target)}`] : []),
    ...(isBuiltSpread ? [`analyze ${qualifiedName(action.target)}`] : []),
    ...(action.increment?.follows ?? []).flatMap(forgetChanges),
  ];
  try {
    for (const statement of statements) await database.query(statement);
  } catch (error) {
    if (!(error instanceof SqlFailure || error instanceof RunnerError)) throw error;
  }
}
