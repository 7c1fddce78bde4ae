import type { Session } from "../../database/database.ts";
import { inTurn } from "../../database/in-turn.ts";
import { ActionFailure } from "../../errors.ts";
import { qualifiedName } from "../../names/identifiers.ts";
import {
  chooseReplacement,
  describeReplacement,
  type Replacement,
} from "../../plan/publish/replacement-rule.ts";
import type { BuildTask } from "../../plan/publish-task.ts";
import type { Sides } from "../../relation/adapt-columns.ts";
import { isPartitionedBy, readPartitionedTable } from "../../relation/partitioned-table.ts";
import { haveWidth } from "../../relation/range-bounds.ts";
import { readRelation } from "../../relation/relation.ts";
import {
  readReplacementFacts,
  refuseInPlace,
  type TableFacts,
  withGivenKey,
} from "../../relation/replacement-facts.ts";
import { requireIdentity } from "../../relation/row-identity.ts";
import { haveSameColumns } from "../../relation/same-columns.ts";
import { type Target, targetName } from "../../target.ts";
import { makeMissingPartitions } from "../partitions/make-partitions.ts";
import { dropExpiredPartitions } from "../partitions/partition-retention.ts";
import type { Publication } from "../publication.ts";
import { assignedStage } from "../stage/assigned-stage.ts";
import { makeStage, readStage, type Stage, withStage } from "../stage/stage.ts";
import { type Published, replacePartitioned, swapTable } from "./create-table.ts";
import { replaceInPlace } from "./replace-in-place.ts";
import { replaceSpread } from "./replace-spread.ts";
import { rowsOfSame } from "./same-as-query.ts";
import { hasSameRows, readCompared } from "./same-rows.ts";

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
      const done = await swapTable(publication, "table");
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
  known: TableFacts,
): Promise<Published> {
  const { session, target, task } = publication;
  await requireIdentity(session, target, task, stage);
  const facts = withGivenKey(known, stage.columns);
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
    : swapTable(publication, "table", stage);
  return { ...(await done), replacement: describeReplacement(choice) };
}

async function replaceRows(
  publication: Publication<BuildTask>,
  stage: Stage,
  facts: TableFacts,
): Promise<Published> {
  const { session, target, task, gate } = publication;
  refuseInPlace(target, facts);
  await gate(stage.name, undefined, stage);
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

/** Throws ActionFailure when a table would have to be made anew and its settings forbid it. */
export function refuseOtherColumns(target: Target, { replace }: Pick<BuildTask, "replace">): void {
  if (replace !== "inPlace") return;
  throw new ActionFailure({
    message: `the query of ${targetName(target)} gives other columns than the table has, and replace is "inPlace"`,
    hint: 'change the columns of the table, or set postgres: { replace: "auto" }',
  });
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
