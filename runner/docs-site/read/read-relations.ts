import type { Session } from "../../database/database.ts";
import { readSpreadTables } from "../../database/warehouse/spread-tables.ts";
import { type Target, targetKey } from "../../target.ts";
import type { Relation } from "../docs.ts";

/**
 * Reads how relations stand in the database, by `targetKey`; those that are not there are left out.
 * Sizes and numbers of rows are PostgreSQL's own estimates: nothing is counted, and no view is read.
 */
export async function readRelations(
  session: Session,
  targets: readonly Target[],
): Promise<Map<string, Relation>> {
  const { rows } = await session.query(relationsQuery, [JSON.stringify(targets)]);
  const spread = await readSpreadTables(session, targets);
  return new Map(
    rows.map(([schema, name, json]) => {
      const key = targetKey({ schema: schema ?? "", name: name ?? "" });
      const relation = JSON.parse(json ?? "null") as Relation;
      const { bytes = relation.bytes, rows = relation.rows } = spread.get(key) ?? {};
      return [key, { ...relation, bytes, rows }];
    }),
  );
}

const relationsQuery = `
  select w.schema, w.name, json_build_object(
    'kind', case c.relkind
      when 'v' then 'view' when 'm' then 'materialized view'
      when 'p' then 'partitioned table' when 'f' then 'foreign table' else 'table' end,
    'comment', obj_description(c.oid, 'pg_class'),
    'owner', pg_get_userbyid(c.relowner),
    'rows', case when c.relkind <> 'v' then (
      select sum(p.reltuples) from pg_class as p
      where p.oid = any (parts.ids) having min(p.reltuples) >= 0)::bigint end,
    'bytes', case when c.relkind <> 'v' then (
      select sum(pg_total_relation_size(id)) from unnest(parts.ids) as id)::bigint end,
    'columns', (
      select coalesce(json_agg(json_build_object(
        'name', a.attname,
        'type', format_type(a.atttypid, a.atttypmod),
        'isRequired', a.attnotnull,
        'comment', col_description(c.oid, a.attnum)) order by a.attnum), '[]')
      from pg_attribute as a
      where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped),
    'indexes', (
      select coalesce(json_agg(pg_get_indexdef(i.indexrelid) order by i.indexrelid), '[]')
      from pg_index as i where i.indrelid = c.oid),
    'constraints', (
      select coalesce(json_agg(json_build_object(
        'name', o.conname, 'definition', pg_get_constraintdef(o.oid)) order by o.contype desc, o.conname), '[]')
      from pg_constraint as o where o.conrelid = c.oid and o.contype in ('p', 'u', 'f', 'c', 'x')),
    'grants', (
      select coalesce(json_agg(json_build_object('role', g.role, 'privileges', g.privileges) order by g.role), '[]')
      from (
        select
          case when e.grantee = 0 then 'public' else pg_get_userbyid(e.grantee) end as role,
          array_agg(lower(e.privilege_type) order by e.privilege_type) as privileges
        from aclexplode(c.relacl) as e
        where e.grantee <> c.relowner
        group by 1
      ) as g))
  from jsonb_to_recordset($1::jsonb) as w (schema text, name text)
  join pg_namespace as n on n.nspname = w.schema
  join pg_class as c
    on c.relnamespace = n.oid and c.relname = w.name and c.relkind in ('r', 'p', 'v', 'm', 'f')
  cross join lateral (
    select case
      when c.relkind = 'p' then array(select relid::oid from pg_partition_tree(c.oid) where isleaf)
      else array[c.oid]
    end as ids
  ) as parts`;
