import type { Session } from "../../database/database.ts";
import { inTurn } from "../../database/in-turn.ts";
import { ActionFailure } from "../../errors.ts";
import { qualifiedName, quoteIdentifier } from "../../names/identifiers.ts";
import {
  chooseReplacement,
  describeReplacement,
  type Replacement,
} from "../../plan/publish/replacement-rule.ts";
import type { BuildTask, Partitioning } from "../../plan/publish-task.ts";
import type { Sides } from "../../relation/adapt-columns.ts";
import { creationAlike } from "../../relation/created-alike.ts";
import { withoutDependents } from "../../relation/dependents.ts";
import { distribute, requireDistributionColumn } from "../../relation/distribution.ts";
import type { DroppedKey } from "../../relation/inbound-keys.ts";
import { isPartitionedBy, readPartitionedTable } from "../../relation/partitioned-table.ts";
import { haveWidth } from "../../relation/range-bounds.ts";
import { readRelation } from "../../relation/relation.ts";
import {
  readReplacementFacts,
  refuseInPlace,
  type TableFacts,
} from "../../relation/replacement-facts.ts";
import { readColumnNames, requireIdentity } from "../../relation/row-identity.ts";
import { haveSameColumns } from "../../relation/same-columns.ts";
import type { RelationKind } from "../../target.ts";
import { type Target, targetName } from "../../target.ts";
import { createPartitionedTable, makeMissingPartitions } from "../partitions/make-partitions.ts";
import { dropExpiredPartitions } from "../partitions/partition-retention.ts";
import type { Publication } from "../publication.ts";
import { assignedStage } from "../stage/assigned-stage.ts";
import { queryWithin } from "../stage/query-within.ts";
import { makeStage, readStage, type Stage, withOneTime, withStage } from "../stage/stage.ts";
import { replaceInPlace } from "./replace-in-place.ts";
import { replaceSpread } from "./replace-spread.ts";
import { rowsOfSame } from "./same-as-query.ts";
import { hasSameRows, readCompared } from "./same-rows.ts";
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
  if (dropFirst) return swap(publication, dropFirst);
  const built = build(publication, target, `create table ${qualifiedName(target)} as`);
  // Their columns are read first: the gate would not find them.
  if (distribution || hasIdentity(task)) {
    await built;
    await requireIdentityOf(session, target, task, target);
    await gate(qualifiedName(target));
    return { rowCount: await built };
  }
  const found = requireIdentityOf(session, target, task, target);
  const [rowCount, newColumns] = await inTurn(built, found, gate(qualifiedName(target)));
  return { rowCount, newColumns };
}

/**
 * Gives an existing table new rows, by the rule of replacement. With the same columns the table itself
 * stays (with its indexes, constraints, grants, policies and triggers): readers keep their snapshot and
 * see the old rows until the commit. With other columns it is made anew.
 */
export async function replaceTable(publication: Publication<BuildTask>): Promise<Published> {
  const { session, target, task, distribution } = publication;
  const readFacts = () => readReplacementFacts(session, target, task, { distribution });
  const plain = distribution ? undefined : await readCompared(session, target, task);
  if (!plain) {
    const facts = await readFacts();
    const early = chooseReplacement(facts);
    if (early.how === "swap") {
      const done = await swap(publication, "table");
      return { ...done, replacement: describeReplacement(early) };
    }
    return withStage(publication, (stage) => replaceBy(publication, stage, facts));
  }
  const { columns, isHeavy } = plain;
  if (publication.mayBeUnchanged && columns.length > 0 && !isHeavy) {
    const rowCount = await rowsOfSame(session, target, task.statement, columns);
    if (rowCount !== undefined) return leaveUnchanged(publication, rowCount);
  }
  const { name, made } = makeStage(session, task.statement);
  const [stage, isSame] = await inTurn(made, hasSameRows(session, target, { name, made }));
  if (isSame) return leaveUnchanged(publication, stage.rowCount);
  return replaceBy(publication, ...(await inTurn(readStage(session, stage), readFacts())));
}

async function leaveUnchanged(
  { target, gate, onUnchanged }: Publication<BuildTask>,
  rowCount: number,
): Promise<Published> {
  onUnchanged?.();
  await gate(qualifiedName(target));
  const replacement = describeReplacement({ how: "diff", why: "none does" });
  return { rowCount, replacement, isUnchanged: true, isAnalyzed: true };
}

async function replaceBy(
  publication: Publication<BuildTask>,
  stage: Stage,
  facts: TableFacts,
): Promise<Published> {
  const { session, target, task } = publication;
  await requireIdentity(session, target, task, stage);
  const current = (await readRelation(session, target))?.columns ?? [];
  const sameColumns = await canStay(session, target, task, { current, wanted: stage.columns });
  const choice = chooseReplacement({ ...facts, sameColumns });
  if (choice.how !== "swap") {
    const assigned = await assignedStage(publication, stage, stage.columns, current);
    return replaceRows(publication, assigned, facts);
  }
  if (sameColumns === false) refuseOtherColumns(target, task);
  const { partitioning } = task;
  const done = partitioning
    ? replacePartitioned(publication, { stage, partitioning, dropFirst: "table" })
    : swap(publication, "table", stage);
  return { ...(await done), replacement: describeReplacement(choice) };
}

/** Gives the names of the columns. */
async function requireIdentityOf(
  session: Session,
  target: Target,
  task: BuildTask,
  made: Target,
): Promise<string[]> {
  const names = hasIdentity(task) ? [] : await readColumnNames(session, made);
  if (names.length > 0) return names;
  const columns = (await readRelation(session, made))?.columns ?? [];
  await requireIdentity(session, target, task, { name: qualifiedName(made), columns });
  return columns.map(({ name }) => name);
}

function hasIdentity({ uniqueKey, slice }: BuildTask): boolean {
  return uniqueKey.length > 0 || slice !== undefined;
}

async function replaceRows(
  publication: Publication<BuildTask>,
  stage: Stage,
  facts: TableFacts,
): Promise<Published> {
  const { session, target, task, gate } = publication;
  refuseInPlace(target, facts);
  await gate(stage.name);
  await session.query(`lock table ${qualifiedName(target)} in share row exclusive mode`);
  const isSpread = publication.distribution !== undefined;
  await makeMissingPartitions(session, target, stage.name, task.partitioning, isSpread);
  const done: Replacement & Pick<Published, "isUnchanged"> = publication.distribution
    ? await replaceSpread(publication, stage, facts)
    : await replaceInPlace(session, target, stage, facts);
  await dropExpiredPartitions(session, target, task.partitioning);
  // Partitions may have been dropped.
  const isUnchanged = done.isUnchanged === true && !task.partitioning;
  return { rowCount: stage.rowCount, replacement: describeReplacement(done), isUnchanged };
}

/** Fills a new table from a stage, or from the query itself, and swaps it for the old relation. */
async function swap(
  publication: Publication<BuildTask>,
  replaces: RelationKind,
  stage?: Stage,
): Promise<Published> {
  const { session, task, target } = publication;
  let rowCount = 0;
  const fill = async (onto: Target) => {
    const prefix = await creationAlike(session, target, onto, "table");
    rowCount = await build(publication, onto, prefix, stage);
    await requireIdentityOf(session, target, task, onto);
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
  if (!distribution) return (await queryWithin(session, `${head}\n`, given)).rowCount ?? 0;
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

// The names of its partitions begin with its name, so it cannot be built beside the old table.
async function replacePartitioned(
  publication: Publication<BuildTask>,
  { stage, partitioning, dropFirst }: NewPartitioned,
): Promise<Published> {
  await publication.gate(stage.name);
  const fill = () => fillAnew(publication, stage, partitioning);
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
