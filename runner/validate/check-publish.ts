import { refuseOtherColumns } from "../execute/publish/publish-table.ts";
import { qualifiedName, quoteIdentifier } from "../names/identifiers.ts";
import { chooseReplacement } from "../plan/publish/replacement-rule.ts";
import type { BuildTask, ChangeTask, PublishTask } from "../plan/publish-task.ts";
import { adaptColumns } from "../relation/adapt-columns.ts";
import { refuseObstacles } from "../relation/obstacles/obstacles.ts";
import { checkPartitioning, readPartitionedTable } from "../relation/partitioned-table.ts";
import { type Column, readRelation } from "../relation/relation.ts";
import {
  readReplacementFacts,
  refuseInPlace,
  refuseRewrite,
  withGivenKey,
} from "../relation/replacement-facts.ts";
import {
  requireColumns,
  requireEquality,
  requireIdentity,
  requireStored,
} from "../relation/row-identity.ts";
import { haveSameColumns } from "../relation/same-columns.ts";
import type { Target } from "../target.ts";
import { copyLive } from "./copy-live.ts";
import { type DefineContext, define, readQuery, stageName } from "./define.ts";
import type { Overlay } from "./overlay.ts";
import { sendMoved } from "./send-moved.ts";

/** Makes in the overlay, empty, the relation that a publish task would leave behind. */
export async function checkPublish(task: PublishTask, context: DefineContext): Promise<void> {
  switch (task.strategy) {
    case "view":
      return define(task.statement, "view", context);
    case "materialized":
      return define(task.statement, "materialized view", context);
    case "create":
      return defineTable(task, context);
    case "replace":
      return replaceEmpty(task, context);
    case "append":
    case "merge":
    case "overwrite":
    case "keyed":
      return addNothing(task, context);
  }
}

async function defineTable(task: BuildTask, context: DefineContext): Promise<void> {
  const { session, overlay, target } = context;
  await define(task.statement, "table", context);
  const place = await overlay.take(target);
  const columns = (await readRelation(session, place))?.columns ?? [];
  await requireIdentity(session, target, task, { name: qualifiedName(place), columns });
}

// With the same columns the table keeps its attachments; otherwise it is made anew.
async function replaceEmpty(task: BuildTask, context: DefineContext): Promise<void> {
  const { session, overlay, target, distribution } = context;
  const current = await readRelation(session, await placeOf(overlay, target));
  const columns = await withEmptyStage(task.statement, context, async (stage) => stage.columns);
  const known = columns.map((column) => ({ ...column, type: overlay.original(column.type) }));
  const isSame = current && haveSameColumns(current.columns, known);
  if (!isSame) {
    if (current) refuseOtherColumns(target, task);
    return defineTable(task, context);
  }
  if (!overlay.has(target)) {
    const found = await readReplacementFacts(session, target, task, { distribution });
    const facts = withGivenKey(found, columns);
    const { how } = chooseReplacement({ ...facts, sameColumns: true });
    if (how !== "swap") refuseInPlace(target, facts);
    if (how === "rewrite") refuseRewrite(target, facts);
  }
  await copyLive(session, overlay, target);
}

/** Where a relation stands for a plan: in the overlay once something changed it there. */
async function placeOf(overlay: Overlay, target: Target): Promise<Target> {
  return overlay.has(target) ? overlay.take(target) : target;
}

/** Brings the columns in line as the run does, and has the insert of new rows analysed. */
async function addNothing(task: ChangeTask, context: DefineContext): Promise<void> {
  const { session, overlay, target, distribution } = context;
  if (!overlay.has(target)) {
    await refuseObstacles(session, target, task, distribution !== undefined);
    const table = await readPartitionedTable(session, target);
    await checkPartitioning(session, target, table, task.partitioning);
  }
  await copyLive(session, overlay, target);
  const place = await overlay.take(target);
  await withEmptyStage(task.statement, context, async (stage) => {
    requireColumns(target, task, stage.columns);
    const current = await readRelation(session, place);
    const sides = { current: current?.columns ?? [], wanted: stage.columns };
    const copy = { session, target: place, rebuiltLater: new Set<string>() };
    const columns = await adaptColumns(copy, task, sides, target);
    const adapted = (await readRelation(session, place))?.columns ?? [];
    requireStored(target, task, adapted);
    await requireEquality(session, target, task, { name: qualifiedName(place), columns: adapted });
    const names = columns.map(({ name }) => quoteIdentifier(name)).join(", ");
    await session.query(
      `prepare dataform_plan as insert into ${qualifiedName(place)} (${names}) overriding system value select ${names} from ${stage.name}`,
    );
    await session.query("deallocate dataform_plan");
  });
}

async function withEmptyStage<T>(
  sql: string,
  { session, overlay }: DefineContext,
  use: (stage: { name: string; columns: Column[] }) => Promise<T>,
): Promise<T> {
  const stage = { schema: overlay.home, name: stageName };
  const name = qualifiedName(stage);
  const query = await readQuery(sql);
  await sendMoved(session, overlay, query, {
    before: `create table ${name} as\n`,
    after: "with no data",
  });
  const columns = (await readRelation(session, stage))?.columns ?? [];
  const result = await use({ name, columns });
  await session.query(`drop table ${name}`);
  return result;
}
