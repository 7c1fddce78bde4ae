import type { Session } from "../../database/database.ts";
import { qualifiedName, quoteLiteral } from "../../names/identifiers.ts";
import type { Target } from "../../target.ts";

/** The properties of a relation in the catalogue that `postgres: { … }` can declare. */
export interface ActualObjects {
  oid: string;
  kind: "table" | "partitioned table" | "view" | "materialized view";
  hasRows: boolean;
  columns: { name: string; notNull: boolean; statistics: number }[];
  indexes: ActualIndex[];
  constraints: ActualConstraint[];
  /** The relation itself, or the partitions that hold the rows of a partitioned table. */
  parts: ActualStorage[];
  /** Privileges that roles other than the owner have. */
  grants: { privilege: string; role: string }[];
  owner: string;
  /** The default tablespace of the database. */
  defaultTablespace: string;
}

/** An index that belongs to no constraint. */
export interface ActualIndex {
  name: string;
  comment: string | null;
  unique: boolean;
  valid: boolean;
}

/** A constraint of the table itself, not one that it has from a partitioned parent. */
export interface ActualConstraint {
  name: string;
  comment: string | null;
  validated: boolean;
}

/** The storage of one relation or partition. */
export interface ActualStorage {
  schema: string;
  name: string;
  unlogged: boolean;
  fillfactor: number | null;
  tablespace: string;
}

/**
 * Reads a relation from the catalogue; undefined when there is none, or when it is neither a table nor
 * a view.
 */
export async function readActualObjects(
  session: Session,
  target: Target,
): Promise<ActualObjects | undefined> {
  const { rows } = await session.query(actualQuery(quoteLiteral(qualifiedName(target))));
  const json = rows[0]?.[0];
  if (typeof json !== "string") return undefined;
  const actual = JSON.parse(json) as ActualObjects;
  const isTable = actual.kind === "table" || actual.kind === "partitioned table";
  if (!isTable) return actual;
  const found = await session.query(`select exists (select 1 from ${qualifiedName(target)})`);
  return { ...actual, hasRows: found.rows[0]?.[0] === "t" };
}

function actualQuery(name: string): string {
  return `
    select json_build_object(
      'oid', c.oid::text,
      'kind', case c.relkind
        when 'p' then 'partitioned table' when 'v' then 'view'
        when 'm' then 'materialized view' else 'table' end,
      'hasRows', c.relkind = 'm',
      'owner', pg_get_userbyid(c.relowner),
      'defaultTablespace', (
        select s.spcname from pg_database as d join pg_tablespace as s on s.oid = d.dattablespace
        where d.datname = current_database()
      ),
      'columns', (${columns}),
      'indexes', (${indexes}),
      'constraints', (${constraints}),
      'parts', (${parts}),
      'grants', (${grants})
    )::text
    from pg_class as c
    where c.oid = to_regclass(${name}) and c.relkind in ('r', 'p', 'v', 'm')`;
}

const columns = `
  select coalesce(json_agg(json_build_object(
    'name', a.attname, 'notNull', a.attnotnull, 'statistics', coalesce(a.attstattarget, -1)
  ) order by a.attnum), '[]')
  from pg_attribute as a
  where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped`;

const indexes = `
  select coalesce(json_agg(json_build_object(
    'name', i.relname, 'comment', obj_description(i.oid, 'pg_class'),
    'unique', x.indisunique, 'valid', x.indisvalid
  ) order by i.relname), '[]')
  from pg_index as x
  join pg_class as i on i.oid = x.indexrelid
  where x.indrelid = c.oid
    and not exists (
      select from pg_constraint as k where k.conindid = i.oid and k.contype in ('p', 'u', 'x')
    )`;

const constraints = `
  select coalesce(json_agg(json_build_object(
    'name', k.conname, 'comment', obj_description(k.oid, 'pg_constraint'),
    'validated', k.convalidated
  ) order by k.conname), '[]')
  from pg_constraint as k
  where k.conrelid = c.oid and k.conparentid = 0 and k.contype in ('p', 'u', 'c', 'f')`;

const parts = `
  select coalesce(json_agg(json_build_object(
    'schema', n.nspname, 'name', p.relname, 'unlogged', p.relpersistence = 'u',
    'fillfactor', (
      select o.option_value::integer from pg_options_to_table(p.reloptions) as o
      where o.option_name = 'fillfactor'
    ),
    'tablespace', s.spcname
  ) order by n.nspname, p.relname), '[]')
  from pg_class as p
  join pg_namespace as n on n.oid = p.relnamespace
  join pg_database as d on d.datname = current_database()
  join pg_tablespace as s on s.oid = coalesce(nullif(p.reltablespace, 0), d.dattablespace)
  where p.oid = c.oid and c.relkind in ('r', 'm')
    or c.relkind = 'p' and p.oid in (select t.relid from pg_partition_tree(c.oid) as t where t.isleaf)
      and p.relkind = 'r'`;

const grants = `
  select coalesce(json_agg(json_build_object(
    'privilege', lower(a.privilege_type),
    'role', case a.grantee when 0 then 'public' else pg_get_userbyid(a.grantee) end
  )), '[]')
  from aclexplode(c.relacl) as a
  where a.grantee <> c.relowner`;
