import { qualifiedName, quoteIdentifier } from "../database/identifiers.ts";
import { SqlFailure } from "../errors.ts";
import { type Column, readRelation } from "../execute/relation.ts";
import { adaptColumns } from "../execute/schema-change.ts";
import type { PublishTask } from "../plan/execution-graph.ts";
import { type Target, targetName } from "../target.ts";
import { haveSameColumns } from "./column-changes.ts";
import { copyLive } from "./copy-live.ts";
import { type DefineContext, define, readQuery, stageName } from "./define.ts";
import type { PlannedColumn } from "./findings.ts";
import { sendMoved } from "./send-moved.ts";

/** What a publish is checked against. */
export interface PublishContext extends DefineContext {
  /** The columns of the relation as it is now. */
  current: readonly PlannedColumn[] | undefined;
}

/** Makes in the overlay, empty, the relation that a publish task would leave behind. */
export async function checkPublish(task: PublishTask, context: PublishContext): Promise<void> {
  switch (task.strategy) {
    case "view":
      return define(task.statement, "view", context);
    case "materialized":
      return define(task.statement, "materialized view", context);
    case "create":
      return define(task.statement, "table", context);
    case "replace":
      return replaceEmpty(task, context);
    case "append":
    case "merge":
    case "overwrite":
    case "keyed":
      return addNothing(task, context);
  }
}

// With the same columns the table keeps what hangs on it; else it is made anew.
async function replaceEmpty(task: PublishTask, context: PublishContext): Promise<void> {
  const { session, overlay, target, current } = context;
  const columns = await withStage(task.statement, context, async (stage) => stage.columns);
  if (current && haveSameColumns(current, columns)) await copyLive(session, overlay, target);
  else await define(task.statement, "table", context);
}

/** Brings the columns in line as the run does, and has the insert of new rows analysed. */
async function addNothing(task: PublishTask, context: PublishContext): Promise<void> {
  const { session, overlay, target } = context;
  await copyLive(session, overlay, target);
  const place = await overlay.take(target);
  await withStage(task.statement, context, async (stage) => {
    const current = await readRelation(session, place);
    const sides = { current: current?.columns ?? [], wanted: stage.columns };
    const columns = await adaptColumns(session, place, task, sides, new Set());
    requireKey(task, target, stage.columns);
    const names = columns.map(({ name }) => quoteIdentifier(name)).join(", ");
    await session.query(
      `prepare dataform_plan as insert into ${qualifiedName(place)} (${names}) select ${names} from ${stage.name}`,
    );
    await session.query("deallocate dataform_plan");
  });
}

function requireKey(task: PublishTask, target: Target, columns: readonly PlannedColumn[]): void {
  const missing = task.uniqueKey.find((key) => !columns.some(({ name }) => name === key));
  if (missing === undefined) return;
  throw new SqlFailure({
    message: `uniqueKey names the column "${missing}", which the query of ${targetName(target)} does not give`,
    hint: `its columns are ${columns.map(({ name }) => name).join(", ")}`,
  });
}

async function withStage<T>(
  sql: string,
  { session, overlay }: PublishContext,
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
