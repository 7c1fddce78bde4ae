import type { Session } from "../../database/database.ts";
import { ActionFailure } from "../../errors.ts";
import { qualifiedName } from "../../names/identifiers.ts";
import { chooseReplacement, describeReplacement } from "../../plan/publish/replacement-rule.ts";
import type { BuildTask, Partitioning } from "../../plan/publish-task.ts";
import type { Sides } from "../../relation/adapt-columns.ts";
import { creationAlike } from "../../relation/created-alike.ts";
import { withoutDependents } from "../../relation/dependents.ts";
import type { DroppedKey } from "../../relation/inbound-keys.ts";
import { refuseOccupiedName } from "../../relation/obstacles/name-obstacles.ts";
import { isPartitionedBy, readPartitionedTable } from "../../relation/partitioned-table.ts";
import { haveWidth } from "../../relation/range-bounds.ts";
import { readRelation } from "../../relation/relation.ts";
import {
  readReplacementFacts,
  refuseInPlace,
  type TableFacts,
} from "../../relation/replacement-facts.ts";
import { requireIdentity } from "../../relation/row-identity.ts";
import { haveSameColumns } from "../../relation/same-columns.ts";
import type { RelationKind } from "../../target.ts";
import { type Target, targetName } from "../../target.ts";
import { createPartitionedTable, makeMissingPartitions } from "../partitions/make-partitions.ts";
import { dropExpiredPartitions } from "../partitions/partition-retention.ts";
import type { Publication } from "../publication.ts";
import { assignedStage } from "../stage/assigned-stage.ts";
import { queryWithin } from "../stage/query-within.ts";
import { type Stage, withStage } from "../stage/stage.ts";
import { replaceInPlace } from "./replace-in-place.ts";
import { swapRelation } from "./swap-relation.ts";

/** The outcome of a publication. */
export interface Published {
  rowCount?: number | undefined;
  /** How the relation got its rows, in words; absent for a first build. */
  replacement?: string;
  /** Whether the planner knows the new rows already, or will after the commit. */
  isAnalyzed?: boolean;
  /** Foreign keys of other tables that are to be made again at the end of the transaction. */
  droppedKeys?: DroppedKey[];
}

/** Builds a table that does not exist, or in the place of a view; returns its number of rows. */
export async function createTable(publication: Publication<BuildTask>): Promise<Published> {
  const { session, target, task, gate } = publication;
  const { partitioning, dropFirst, statement } = task;
  if (partitioning) {
    return withStage(session, statement, async (stage) => {
      await requireIdentity(session, target, task, stage);
      return replacePartitioned(publication, { stage, partitioning, dropFirst });
    });
  }
  if (dropFirst) return swap(publication, dropFirst);
  await refuseOccupiedName(session, target);
  const created = await queryWithin(
    session,
    `create table ${qualifiedName(target)} as\n`,
    statement,
  );
  await requireIdentityOf(session, target, task, target);
  await gate(qualifiedName(target));
  return { rowCount: created.rowCount ?? 0 };
}

/**
 * Gives an existing table new rows, by the rule of replacement. With the same columns the table itself
 * stays (with its indexes, constraints, grants, policies and triggers): readers keep their snapshot and
 * see the old rows until the commit. With other columns it is made anew.
 */
export async function replaceTable(publication: Publication<BuildTask>): Promise<Published> {
  const { session, target, task } = publication;
  const facts = await readReplacementFacts(session, target, task);
  const early = chooseReplacement(facts);
  if (early.how === "swap") {
    const done = await swap(publication, "table");
    return { ...done, replacement: describeReplacement(early) };
  }
  return withStage(session, task.statement, async (stage) => {
    await requireIdentity(session, target, task, stage);
    const current = (await readRelation(session, target))?.columns ?? [];
    const sameColumns = await canStay(session, target, task, { current, wanted: stage.columns });
    const choice = chooseReplacement({ ...facts, sameColumns });
    if (choice.how !== "swap") {
      const assigned = await assignedStage(session, target, stage, stage.columns, current);
      return replaceRows(publication, assigned, facts);
    }
    refuseOtherColumns(target, task);
    const { partitioning } = task;
    const done = partitioning
      ? replacePartitioned(publication, { stage, partitioning, dropFirst: "table" })
      : swap(publication, "table", stage);
    return { ...(await done), replacement: describeReplacement(choice) };
  });
}

async function requireIdentityOf(
  session: Session,
  target: Target,
  task: BuildTask,
  made: Target,
): Promise<void> {
  const columns = (await readRelation(session, made))?.columns ?? [];
  await requireIdentity(session, target, task, { name: qualifiedName(made), columns });
}

async function replaceRows(
  { session, target, task, gate }: Publication<BuildTask>,
  stage: Stage,
  facts: TableFacts,
): Promise<Published> {
  refuseInPlace(target, facts);
  await gate(stage.name);
  await session.query(`lock table ${qualifiedName(target)} in share row exclusive mode`);
  await makeMissingPartitions(session, target, stage.name, task.partitioning);
  const done = await replaceInPlace(session, target, stage, facts);
  await dropExpiredPartitions(session, target, task.partitioning);
  return { rowCount: stage.rowCount, replacement: describeReplacement(done) };
}

/** Fills a new table from a stage, or from the query itself, and swaps it for the old relation. */
async function swap(
  publication: Publication<BuildTask>,
  replaces: RelationKind,
  stage?: Stage,
): Promise<Published> {
  const { session, target, task } = publication;
  let rowCount = 0;
  const build = async (onto: Target) => {
    const prefix = await creationAlike(session, target, onto, "table");
    const made = stage
      ? await session.query(`${prefix} table ${stage.name}`)
      : await queryWithin(session, `${prefix}\n`, task.statement);
    rowCount = made.rowCount ?? 0;
    await requireIdentityOf(session, target, task, onto);
  };
  const droppedKeys = await swapRelation(publication, { replaces, build });
  return { rowCount, isAnalyzed: true, droppedKeys };
}

/**
 * The rows of a partitioned table that is made anew, and the kind of the relation that it replaces.
 */
interface NewPartitioned {
  stage: Stage;
  partitioning: Partitioning;
  dropFirst?: RelationKind | undefined;
}

// The names of its partitions begin with its name, so it cannot be built beside the old table.
async function replacePartitioned(
  publication: Publication<BuildTask>,
  { stage, partitioning, dropFirst }: NewPartitioned,
): Promise<Published> {
  const { session, target, gate } = publication;
  await gate(stage.name);
  const fill = () => fillAnew(session, target, stage, partitioning);
  if (!dropFirst) await fill();
  const droppedKeys = dropFirst ? await withoutDependents(publication, dropFirst, fill) : [];
  return { rowCount: stage.rowCount, droppedKeys };
}

/** Throws ActionFailure when a table would have to be made anew and its settings forbid it. */
export function refuseOtherColumns(target: Target, { replace }: Pick<BuildTask, "replace">): void {
  if (replace !== "inPlace") return;
  throw new ActionFailure({
    message: `the query of ${targetName(target)} gives other columns than the table has, and replace is "inPlace"`,
    hint: 'change the columns of the table, or set postgres: { replace: "auto" }',
  });
}

/** Makes a new partitioned table and fills it from a stage. */
async function fillAnew(
  session: Session,
  target: Target,
  stage: Stage,
  partitioning: Partitioning,
): Promise<void> {
  await createPartitionedTable(session, target, partitioning, stage.name);
  await makeMissingPartitions(session, target, stage.name, partitioning);
  await session.query(`insert into ${qualifiedName(target)} select * from ${stage.name}`);
  await dropExpiredPartitions(session, target, partitioning);
}

// A table that was partitioned by hand stays partitioned.
async function canStay(
  session: Session,
  target: Target,
  { partitioning }: BuildTask,
  { current, wanted }: Sides,
): Promise<boolean> {
  if (!haveSameColumns(current, wanted)) return false;
  if (!partitioning) return true;
  const table = await readPartitionedTable(session, target);
  if (!table || !(await isPartitionedBy(session, target, table, partitioning))) return false;
  return haveWidth(session, table.partitions, partitioning);
}
