import type { Session } from "../database/database.ts";
import { qualifiedName, quoteIdentifier } from "../database/identifiers.ts";
import type { Partitioning, PublishTask } from "../plan/execution-graph.ts";
import type { Target } from "../target.ts";
import { type RebuiltLater, withoutDependents } from "./dependents.ts";
import { createPartitionedTable, makeMissingPartitions } from "./make-partitions.ts";
import { dropExpiredPartitions } from "./partition-retention.ts";
import { isPartitionedBy, readPartitionedTable } from "./partitioned-table.ts";
import { queryWithin } from "./query-within.ts";
import { haveWidth } from "./range-bounds.ts";
import { type Column, readRelation } from "./relation.ts";
import { referencedKey, replaceByKey } from "./replace-referenced.ts";
import { type Stage, withStage } from "./stage.ts";

/** Builds a table that does not exist yet; gives its number of rows. */
export async function createTable(
  session: Session,
  target: Target,
  task: PublishTask,
  rebuiltLater: RebuiltLater,
): Promise<number> {
  const { partitioning, dropFirst, statement } = task;
  let rowCount = 0;
  const create = async () => {
    const made = partitioning
      ? withStage(session, statement, (stage) => fillAnew(session, target, stage, partitioning))
      : queryWithin(session, `create table ${qualifiedName(target)} as\n`, statement);
    rowCount = (await made).rowCount ?? 0;
  };
  if (dropFirst) await withoutDependents(session, target, dropFirst, create, rebuiltLater);
  else await create();
  return rowCount;
}

/**
 * Gives an existing table new rows; gives their number. With the same columns the table stays what
 * it is (its indexes, constraints, grants, policies and triggers too): readers keep their snapshot
 * and see the old rows until the commit. With other columns it is made anew.
 */
export async function replaceTable(
  session: Session,
  target: Target,
  task: PublishTask,
  rebuiltLater: RebuiltLater,
): Promise<number> {
  const table = qualifiedName(target);
  return withStage(session, task.statement, async (stage) => {
    const current = await readRelation(session, target);
    if (!current || !(await canStay(session, target, task, current.columns, stage.columns))) {
      let rowCount = 0;
      const rebuild = async () => {
        const created = await fillAnew(session, target, stage, task.partitioning);
        rowCount = created.rowCount ?? 0;
      };
      if (current) await withoutDependents(session, target, "table", rebuild, rebuiltLater);
      else await rebuild();
      return rowCount;
    }
    const columns = stage.columns.map(({ name }) => quoteIdentifier(name)).join(", ");
    await session.query(`lock table ${table} in share row exclusive mode`);
    await makeMissingPartitions(session, target, stage.name, task.partitioning);
    const key = await referencedKey(session, target);
    if (key) {
      const written = await replaceByKey(session, target, stage, key);
      await dropExpiredPartitions(session, target, task.partitioning);
      return written;
    }
    await session.query(`delete from ${table}`);
    const inserted = await session.query(
      `insert into ${table} (${columns}) select ${columns} from ${stage.name}`,
    );
    await dropExpiredPartitions(session, target, task.partitioning);
    return inserted.rowCount ?? 0;
  });
}

/** Makes a table that is not there from a stage, with all of its rows. */
async function fillAnew(
  session: Session,
  target: Target,
  stage: Stage,
  partitioning: Partitioning | undefined,
): Promise<{ rowCount: number | null }> {
  const table = qualifiedName(target);
  if (!partitioning) return session.query(`create table ${table} as table ${stage.name}`);
  await createPartitionedTable(session, target, partitioning, stage.name);
  await makeMissingPartitions(session, target, stage.name, partitioning);
  const inserted = await session.query(`insert into ${table} select * from ${stage.name}`);
  await dropExpiredPartitions(session, target, partitioning);
  return inserted;
}

// A table that somebody else has partitioned stays partitioned.
async function canStay(
  session: Session,
  target: Target,
  { partitioning }: PublishTask,
  current: readonly Column[],
  wanted: readonly Column[],
): Promise<boolean> {
  if (!haveSameColumns(current, wanted)) return false;
  if (!partitioning) return true;
  const table = await readPartitionedTable(session, target);
  if (!table || !(await isPartitionedBy(session, target, table, partitioning))) return false;
  return haveWidth(session, table.partitions, partitioning);
}

function haveSameColumns(current: readonly Column[], wanted: readonly Column[]): boolean {
  const shape = (columns: readonly Column[]) =>
    JSON.stringify(columns.map(({ name, type }) => [name, type]));
  return shape(current) === shape(wanted);
}
