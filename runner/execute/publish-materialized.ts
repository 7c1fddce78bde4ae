import type { Session } from "../database/database.ts";
import { qualifiedName, quoteIdentifier, quoteLiteral } from "../database/identifiers.ts";
import { refreshesConcurrently } from "../database/warehouse-state.ts";
import type { PublishTask } from "../plan/execution-graph.ts";
import type { Target } from "../target.ts";
import { type RebuiltLater, withoutDependents } from "./dependents.ts";
import type { Gate } from "./gate.ts";
import { throwAwayName } from "./partition-routes.ts";
import { queryWithin } from "./query-within.ts";
import { readRelation } from "./relation.ts";

/**
 * Makes a materialized view, or refreshes it when it is there with the same definition; gives its
 * number of rows when it was made. A refresh lets readers go on when the view has a unique index on
 * columns and holds rows already. One with another definition is made anew, and what was built on it
 * or attached to it is put back.
 */
export async function publishMaterialized(
  session: Session,
  target: Target,
  task: PublishTask,
  rebuiltLater: RebuiltLater,
  gate: Gate,
): Promise<number | undefined> {
  const existing = await readRelation(session, target);
  if (existing?.kind === "materialized view" && (await isSame(session, target, task))) {
    await refresh(session, target);
    await gate(qualifiedName(target));
    return undefined;
  }
  // Built beside what is there, so that nobody waits for the query or for the gate.
  const built = existing ? throwAwayName(target) : target;
  const prefix = `create materialized view ${qualifiedName(built)} as\n`;
  const { rowCount } = await queryWithin(session, prefix, task.statement);
  await gate(qualifiedName(built));
  const rename = `alter materialized view ${qualifiedName(built)} rename to ${quoteIdentifier(target.name)}`;
  const replace = () => session.query(rename);
  if (existing) await withoutDependents(session, target, existing.kind, replace, rebuiltLater);
  return rowCount ?? undefined;
}

// PostgreSQL writes a definition in its own words, so the new one is compared as a view of its own.
async function isSame(session: Session, target: Target, task: PublishTask): Promise<boolean> {
  const probe = 'pg_temp."dataform_definition"';
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

async function refresh(session: Session, target: Target): Promise<void> {
  const name = qualifiedName(target);
  const { rows } = await session.query(
    `select ${refreshesConcurrently("c")} from pg_class as c where c.oid = to_regclass(${quoteLiteral(name)})`,
  );
  const how = rows[0]?.[0] === "t" ? "concurrently " : "";
  await session.query(`refresh materialized view ${how}${name}`);
}
