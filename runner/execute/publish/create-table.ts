import type { Session } from "../../database/database.ts";
import { inTurn } from "../../database/in-turn.ts";
import { qualifiedName, quoteIdentifier } from "../../names/identifiers.ts";
import type { BuildTask, Partitioning } from "../../plan/publish-task.ts";
import { creationAlike } from "../../relation/created-alike.ts";
import { withoutDependents } from "../../relation/dependents.ts";
import { distribute, requireDistributionColumn } from "../../relation/distribution.ts";
import type { DroppedKey } from "../../relation/inbound-keys.ts";
import { type Column, readRelation } from "../../relation/relation.ts";
import { readColumnNames, requireIdentity } from "../../relation/row-identity.ts";
import type { RelationKind, Target } from "../../target.ts";
import { createPartitionedTable, makeMissingPartitions } from "../partitions/make-partitions.ts";
import { dropExpiredPartitions } from "../partitions/partition-retention.ts";
import type { Publication } from "../publication.ts";
import { queryWithin } from "../stage/query-within.ts";
import { type Stage, withOneTime, withStage } from "../stage/stage.ts";
import { withNumbers } from "./numbered-rows.ts";
import { swapRelation } from "./swap-relation.ts";

/** The outcome of a publication. */
export interface Published {
  rowCount?: number | undefined;
  /** How the relation got its rows, in words; absent for a first build. */
  replacement?: string;
  /** Whether the rows are those that were there. */
  isUnchanged?: boolean;
  /** Whether the planner knows the new rows already, or will after the commit. */
  isAnalyzed?: boolean;
  /** Foreign keys of other tables that are to be made again at the end of the transaction. */
  droppedKeys?: DroppedKey[];
  /** The names of its columns, where they are known of a table that was made now. */
  newColumns?: string[];
}

/** Builds a table that does not exist, or in the place of a view; returns its number of rows. */
export async function createTable(publication: Publication<BuildTask>): Promise<Published> {
  const { session, target, task, gate, distribution } = publication;
  const { partitioning, dropFirst } = task;
  if (partitioning) {
    return withStage(publication, async (stage) => {
      await requireIdentity(session, target, task, stage);
      return replacePartitioned(publication, { stage, partitioning, dropFirst });
    });
  }
  if (dropFirst) return swapTable(publication, dropFirst);
  const built = build(publication, target, `create table ${qualifiedName(target)} as`);
  // Their columns are read first: the gate would not find them.
  if (distribution || hasIdentity(task)) {
    const rowCount = await built;
    const columns = await requireIdentityOf(session, target, task, target);
    await gate(qualifiedName(target), undefined, { rowCount, columns });
    return { rowCount };
  }
  const found = requireColumnsOf(session, target, task, target);
  const [rowCount, newColumns] = await inTurn(built, found, gate(qualifiedName(target)));
  return { rowCount, newColumns };
}

/** Gives the names of the columns. */
async function requireColumnsOf(
  session: Session,
  target: Target,
  task: BuildTask,
  made: Target,
): Promise<string[]> {
  const names = hasIdentity(task) ? [] : await readColumnNames(session, made);
  if (names.length > 0) return names;
  return (await requireIdentityOf(session, target, task, made)).map(({ name }) => name);
}

async function requireIdentityOf(
  session: Session,
  target: Target,
  task: BuildTask,
  made: Target,
): Promise<Column[]> {
  const columns = (await readRelation(session, made))?.columns ?? [];
  await requireIdentity(session, target, task, { name: qualifiedName(made), columns });
  return columns;
}

function hasIdentity({ uniqueKey, slice }: BuildTask): boolean {
  return uniqueKey.length > 0 || slice !== undefined;
}

/** Fills a new table from a stage, or from the query itself, and swaps it for the old relation. */
export async function swapTable(
  publication: Publication<BuildTask>,
  replaces: RelationKind,
  stage?: Stage,
): Promise<Published> {
  const { session, task, target } = publication;
  let rowCount = 0;
  const fill = async (onto: Target) => {
    const prefix = await creationAlike(session, target, onto, "table");
    rowCount = await build(publication, onto, prefix, stage);
    await requireColumnsOf(session, target, task, onto);
  };
  const droppedKeys = await swapRelation(publication, { replaces, build: fill });
  return { rowCount, isAnalyzed: true, droppedKeys };
}

/**
 * Makes a table from the query, or from a stage, by the head of a `create table … as`; returns its number
 * of rows. A table that Citus spreads is spread while it is empty, so that no row passes through the
 * coordinator that need not.
 */
async function build(
  { session, target, task, distribution }: Publication<BuildTask>,
  onto: Target,
  head: string,
  stage?: Stage,
): Promise<number> {
  const given = stage ? `table ${stage.name}` : task.statement;
  const make = async (query: string) =>
    (await queryWithin(session, `${head}\n`, query)).rowCount ?? 0;
  if (!distribution) return stage ? make(given) : withNumbers(session, onto, task, make);
  const query = await withOneTime(session, given);
  await queryWithin(session, `${head}\n`, query, "with no data");
  const columns = (await readRelation(session, onto))?.columns ?? [];
  requireDistributionColumn(target, distribution, columns);
  await distribute(session, onto, distribution);
  const names = columns.map(({ name }) => quoteIdentifier(name)).join(", ");
  const into = `insert into ${qualifiedName(onto)} (${names})\n`;
  return (await queryWithin(session, into, query)).rowCount ?? 0;
}

/**
 * The rows of a partitioned table that is made anew, and the kind of the relation that it replaces.
 */
interface NewPartitioned {
  stage: Stage;
  partitioning: Partitioning;
  dropFirst?: RelationKind | undefined;
}

/**
 * Makes a partitioned table from a stage, in the place of the relation that is to be dropped first: the names of its
 * partitions begin with its name, so it cannot be built beside the old table.
 */
export async function replacePartitioned(
  publication: Publication<BuildTask>,
  { stage, partitioning, dropFirst }: NewPartitioned,
): Promise<Published> {
  await publication.gate(stage.name, undefined, stage);
  const fill = () => fillAnew(publication, stage, partitioning);
  if (!dropFirst) await fill();
  const droppedKeys = dropFirst ? await withoutDependents(publication, dropFirst, fill) : [];
  return { rowCount: stage.rowCount, droppedKeys };
}

/** Makes a new partitioned table and fills it from a stage. */
async function fillAnew(
  { session, target, distribution }: Publication<BuildTask>,
  stage: Stage,
  partitioning: Partitioning,
): Promise<void> {
  await createPartitionedTable(session, target, partitioning, stage.name);
  if (distribution) await distribute(session, target, distribution);
  const isSpread = distribution !== undefined;
  await makeMissingPartitions(session, target, stage.name, partitioning, isSpread);
  await session.query(`insert into ${qualifiedName(target)} select * from ${stage.name}`);
  await dropExpiredPartitions(session, target, partitioning);
}
