import type { Session } from "../../../runner/database/database.ts";
import type { RelationLineage } from "../../../runner/lineage/lineage.ts";

/**
 * The columns that PostgreSQL itself finds in a query: those on which a view of it depends. The query
 * stands in `from`, so that it may have two columns of one name. Columns of PostgreSQL's own relations
 * are not among them, nor those of a whole row.
 */
export async function columnsByServer(session: Session, query: string): Promise<string[]> {
  await session.query("begin");
  try {
    const text = query.trim().replace(/;$/, "");
    await session.authored(`create view public.oracle as select 1 as one from (\n${text}\n) as q`);
    const { rows } = await session.query(dependencies);
    return rows.map(([name]) => name ?? "");
  } finally {
    await session.query("rollback");
  }
}

const dependencies = `
  select distinct format('%s.%s.%s', pg_namespace.nspname, pg_class.relname, pg_attribute.attname)
  from pg_depend
  inner join pg_rewrite on pg_rewrite.oid = pg_depend.objid
  inner join pg_class on pg_class.oid = pg_depend.refobjid
  inner join pg_namespace on pg_namespace.oid = pg_class.relnamespace
  inner join pg_attribute
    on pg_attribute.attrelid = pg_class.oid and pg_attribute.attnum = pg_depend.refobjsubid
  where pg_depend.classid = 'pg_rewrite'::regclass
    and pg_depend.refclassid = 'pg_class'::regclass
    and pg_depend.refobjsubid > 0
    and pg_class.relkind != 'c'
    and pg_rewrite.ev_class = 'public.oracle'::regclass
  order by 1`;

/** The columns that lineage says a query reads, written as `columnsByServer` does. */
export function columnsByLineage({ read }: RelationLineage): string[] {
  const names = read
    .filter(({ schema }) => schema !== "pg_catalog")
    .map(({ schema, table, column }) => `${schema}.${table}.${column}`);
  return names.sort();
}

/** Columns that are taken or used. */
export function toldColumns({ columns, used }: RelationLineage): string[] {
  const told = [...columns.flatMap(({ sources }) => sources), ...used];
  return [...new Set(told.map(({ schema, table, column }) => `${schema}.${table}.${column}`))];
}
