import type { Session } from "../../database/database.ts";
import { ActionFailure, SqlFailure } from "../../errors.ts";
import { qualifiedName, quoteLiteral } from "../../names/identifiers.ts";
import { temporaryName } from "../../names/temporary-name.ts";
import { chooseRefresh, describeRefresh } from "../../plan/publish/refresh-rule.ts";
import type { MaterializedTask } from "../../plan/publish-task.ts";
import { creationAlike } from "../../relation/created-alike.ts";
import { readRefreshFacts } from "../../relation/refresh-facts.ts";
import { readRelation } from "../../relation/relation.ts";
import type { RelationKind } from "../../target.ts";
import { type Target, targetName } from "../../target.ts";
import type { Publication } from "../publication.ts";
import { queryWithin } from "../stage/query-within.ts";
import type { Published } from "./create-table.ts";
import { swapRelation } from "./swap-relation.ts";

/**
 * Makes a materialized view, or refreshes it when it exists with the same definition; returns its
 * number of rows when it is new. With another definition, or in the place of a table or view, a new one
 * is filled and checked beside the old relation, and everything built on that or attached to it is put
 * on the new one.
 */
export async function publishMaterialized(
  publication: Publication<MaterializedTask>,
): Promise<Published> {
  const { session, target, task, gate } = publication;
  const existing = await readRelation(session, target);
  if (!existing) return create(publication);
  const replaces = existing.kind;
  const swap = () => swapIn(publication, replaces);
  if (replaces !== "materialized view") return swap();
  if (!(await isSame(session, target, task))) {
    refuseOtherDefinition(target, task);
    return { ...(await swap()), replacement: "swapped for a new one (another definition)" };
  }
  const choice = chooseRefresh(await readRefreshFacts(session, target, task));
  const done = choice.how === "swap" ? await swap() : { isAnalyzed: true };
  if (choice.how !== "swap") {
    const how = choice.how === "concurrently" ? "concurrently " : "";
    await refresh(session, `${how}${qualifiedName(target)}`, task);
    await gate(qualifiedName(target));
  }
  return { ...done, replacement: describeRefresh(choice) };
}

async function create({
  session,
  target,
  task,
  gate,
}: Publication<MaterializedTask>): Promise<Published> {
  const prefix = `create materialized view ${qualifiedName(target)} as\n`;
  const { rowCount } = await queryWithin(session, prefix, task.statement);
  await gate(qualifiedName(target));
  return { rowCount: rowCount ?? undefined };
}

/**
 * Fills the new view by a refresh: its rows are visible to every snapshot, those of `create … with
 * data` only to newer ones.
 */
async function swapIn(
  publication: Publication<MaterializedTask>,
  replaces: RelationKind,
): Promise<Published> {
  const { session, target, task } = publication;
  const build = async (onto: Target) => {
    const head = await creationAlike(session, target, onto, "materialized view");
    await queryWithin(session, `${head}\n`, task.statement, "with no data");
    if (replaces === "materialized view") await giveToOwner(session, target, onto);
    await refresh(session, qualifiedName(onto), task);
  };
  const droppedKeys = await swapRelation(publication, { replaces, build });
  return { isAnalyzed: true, droppedKeys };
}

// The query of a materialized view runs with the rights of its owner, both in a refresh and here.
async function giveToOwner(session: Session, target: Target, onto: Target): Promise<void> {
  const { rows } = await session.query(`
    select format('alter materialized view %s owner to %I', ${quoteLiteral(qualifiedName(onto))},
      pg_get_userbyid(relowner))
    from pg_class where oid = to_regclass(${quoteLiteral(qualifiedName(target))})
      and pg_get_userbyid(relowner) <> current_user`);
  for (const [statement] of rows) await session.query(statement ?? "");
}

// An error in a row is an error of the query that the author wrote.
async function refresh(
  session: Session,
  what: string,
  { statement }: MaterializedTask,
): Promise<void> {
  try {
    await session.authored(`refresh materialized view ${what}`);
  } catch (error) {
    if (!(error instanceof SqlFailure)) throw error;
    throw error.with({ ...error.error, statement });
  }
}

function refuseOtherDefinition(target: Target, { replace }: MaterializedTask): void {
  if (replace !== "inPlace") return;
  throw new ActionFailure({
    message: `the materialized view ${targetName(target)} has another definition than its file, and replace is "inPlace"`,
    hint: 'set postgres: { replace: "auto" }, so that a new one takes its place',
  });
}

// PostgreSQL stores a definition in its own words, so the new definition is compared as a temporary
// view.
async function isSame(session: Session, target: Target, task: MaterializedTask): Promise<boolean> {
  const probe = temporaryName("definition");
  await queryWithin(session, `create view ${probe} as\n`, task.statement);
  const { rows } = await session.query(`
    select (${shapeQuery(probe)}) is not distinct from (${shapeQuery(qualifiedName(target))})`);
  await session.query(`drop view ${probe}`);
  return rows[0]?.[0] === "t";
}

function shapeQuery(name: string): string {
  const oid = `to_regclass(${quoteLiteral(name)})`;
  return `
    select jsonb_build_array(
      pg_get_viewdef(${oid}),
      jsonb_agg(
        jsonb_build_array(attname, format_type(atttypid, atttypmod), attcollation)
        order by attnum))
    from pg_attribute where attrelid = ${oid} and attnum > 0 and not attisdropped`;
}
