import type { Session } from "../database/database.ts";
import { ActionFailure } from "../errors.ts";
import { qualifiedName, quoteLiteral } from "../names/identifiers.ts";
import { type Distribution, describeDistribution } from "../plan/distribution/distribution.ts";
import { type Target, targetName } from "../target.ts";
import type { Column } from "./relation.ts";

/** Throws ActionFailure when a query does not give the column by which its rows are distributed. */
export function requireDistributionColumn(
  target: Target,
  { column }: Distribution,
  columns: readonly Column[],
): void {
  const names = columns.map(({ name }) => name);
  if (column === undefined || names.includes(column)) return;
  throw new ActionFailure({
    message: `postgres.distributedBy names the column "${column}", which the query of ${targetName(target)} does not give`,
    hint: `its columns are ${names.join(", ")}`,
  });
}

/**
 * Throws ActionFailure when new rows have another type in the column by which the table is distributed:
 * Citus cannot change the type of that column.
 */
export function requireSameColumn(
  target: Target,
  { column }: Distribution,
  current: readonly Column[],
  wanted: readonly Column[],
): void {
  const typeIn = (columns: readonly Column[]) => columns.find(({ name }) => name === column)?.type;
  const [from, to] = [typeIn(current), typeIn(wanted)];
  if (column === undefined || from === undefined || to === undefined || from === to) return;
  throw new ActionFailure({
    message: `"${column}" of ${targetName(target)} is ${from} and would be ${to}: the type of the column of postgres.distributedBy cannot change in place`,
    hint: `cast it to ${from} in the query, or run once with --full-refresh`,
  });
}

/** Lets Citus spread a table, which keeps its rows; in the session's transaction. */
export async function distribute(
  session: Session,
  target: Target,
  distribution: Distribution,
): Promise<void> {
  await session.query(distributeStatement(qualifiedName(target), distribution));
}

/** The call that spreads a table (its name as SQL). */
export function distributeStatement(
  table: string,
  { column, colocateWith, shardCount }: Distribution,
): string {
  const name = quoteLiteral(table);
  if (column === undefined) return `select create_reference_table(${name})`;
  const more = [
    ...(colocateWith ? [`colocate_with => ${quoteLiteral(qualifiedName(colocateWith))}`] : []),
    ...(shardCount === undefined ? [] : [`shard_count => ${shardCount}`]),
  ];
  return `select create_distributed_table(${[name, quoteLiteral(column), ...more].join(", ")})`;
}

/**
 * Spreads a table that an operation has made, unless it is spread already. Its comments, and those of
 * local tables that refer to it, are kept: Citus makes such tables anew without their comments.
 */
export async function distributeMade(
  session: Session,
  target: Target,
  distribution: Distribution,
): Promise<void> {
  const { rows } = await session.query(
    `select c.relkind::text, (
        select p.partmethod from pg_dist_partition as p
        where p.logicalrelid = c.oid and (p.partmethod <> 'n' or p.repmodel = 't'))
    from pg_class as c where c.oid = to_regclass(${quoteLiteral(qualifiedName(target))})`,
  );
  const [kind, method] = rows[0] ?? [];
  if (method || kind === undefined) return;
  if (kind !== "r" && kind !== "p") {
    throw new ActionFailure({
      message: `${targetName(target)} is no table, and its postgres block says that it is ${describeDistribution(distribution)}`,
      hint: "make it a table, or remove the setting",
    });
  }
  const comments = await session.query(commentsQuery(target));
  await distribute(session, target, distribution);
  for (const [statement] of comments.rows) await session.query(statement ?? "");
}

/** The statements that set the comments of a table and of the tables that refer to it. */
function commentsQuery(target: Target): string {
  return `
    with
    tables as (
      select to_regclass(${quoteLiteral(qualifiedName(target))})::oid as oid
      union
      select conrelid from pg_constraint
      where contype = 'f' and confrelid = to_regclass(${quoteLiteral(qualifiedName(target))})
    )
    select format('comment on table %s is %L', oid::regclass, obj_description(oid, 'pg_class'))
    from tables where obj_description(oid, 'pg_class') is not null
    union all
    select format('comment on column %s.%I is %L', a.attrelid::regclass, a.attname, col_description(a.attrelid, a.attnum))
    from tables join pg_attribute as a on a.attrelid = tables.oid and a.attnum > 0 and not a.attisdropped
    where col_description(a.attrelid, a.attnum) is not null
    union all
    select format('comment on constraint %I on %s is %L', k.conname, k.conrelid::regclass, obj_description(k.oid, 'pg_constraint'))
    from tables join pg_constraint as k on k.conrelid = tables.oid
    where obj_description(k.oid, 'pg_constraint') is not null
    union all
    select format('comment on index %s is %L', x.indexrelid::regclass, obj_description(x.indexrelid, 'pg_class'))
    from tables join pg_index as x on x.indrelid = tables.oid
    where obj_description(x.indexrelid, 'pg_class') is not null`;
}
