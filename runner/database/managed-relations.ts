import { targetKey } from "../target.ts";
import type { Database } from "./database.ts";

/**
 * The relations of the schemas, by `targetKey`, that carry indexes, constraints or settings from a
 * `postgres` block: whoever has removed that block wants them gone.
 */
export async function readManagedRelations(
  database: Pick<Database, "query">,
  schemas: readonly string[],
): Promise<ReadonlySet<string>> {
  const values = [JSON.stringify(schemas)];
  const { rows } = await database.query(marked, values);
  const hasMemory = rows.some(([schema]) => schema === null);
  const settings = hasMemory ? (await database.query(remembered, values)).rows : [];
  const relations = [...rows, ...settings].filter(([schema]) => schema !== null);
  return new Set(
    relations.map(([schema, name]) => targetKey({ schema: schema ?? "", name: name ?? "" })),
  );
}

const marked = `
  with mine as (
    select x.indrelid as oid
    from pg_class as i
    join pg_index as x on x.indexrelid = i.oid
    where i.relkind in ('i', 'I')
      and i.relnamespace in (
        select oid from pg_namespace where nspname in (select json_array_elements_text($1))
      )
      and (i.relname like 'dfpg\\_%' or obj_description(i.oid, 'pg_class') like 'dataform-postgres %')
    union
    select k.conrelid
    from pg_constraint as k
    where k.connamespace in (
        select oid from pg_namespace where nspname in (select json_array_elements_text($1))
      )
      and (k.conname like 'dfpg\\_%'
        or obj_description(k.oid, 'pg_constraint') like 'dataform-postgres %')
  )
  select n.nspname, c.relname
  from mine
  join pg_class as c on c.oid = mine.oid
  join pg_namespace as n on n.oid = c.relnamespace
  union all
  select null, null where to_regclass('dataform_postgres.applied_settings') is not null`;

const remembered = `
  select distinct schema_name, relation_name
  from dataform_postgres.applied_settings
  where schema_name in (select json_array_elements_text($1))`;
