import { isOurs, ownSchema } from "../../names/our-marks.ts";
import { targetKey } from "../../target.ts";
import type { Database } from "../database.ts";

/** What runs before this one have made and set in the schemas, by `targetKey`. */
export interface OwnTraces {
  /**
   * Relations that have indexes, constraints or settings from a `postgres` block; when the block
   * was removed, these must be removed, too.
   */
  managed: ReadonlySet<string>;
  /** Comments that runs have set. */
  comments: ReadonlyMap<string, RememberedComment[]>;
}

/** A comment that a run has set, by the hash of its text; the column is empty for the relation itself. */
export interface RememberedComment {
  column: string;
  hash: string;
}

/** Reads what runs have left in the schemas; what the role may not read is not known. */
export async function readOwnTraces(
  database: Pick<Database, "query">,
  schemas: readonly string[],
): Promise<OwnTraces> {
  const values = [JSON.stringify(schemas)];
  const { rows } = await database.query(marked, values);
  const hasMemory = rows.some(([schema]) => schema === null);
  const memory = hasMemory ? (await database.query(remembered, values)).rows : [];
  const managed = new Set<string>();
  const comments = new Map<string, RememberedComment[]>();
  for (const [schema, name, kind, what] of [...rows, ...memory]) {
    if (schema === null) continue;
    const key = targetKey({ schema: schema ?? "", name: name ?? "" });
    if (kind !== "comment") managed.add(key);
    else comments.set(key, [...(comments.get(key) ?? []), commentOf(what ?? "[]")]);
  }
  return { managed, comments };
}

function commentOf(text: string): RememberedComment {
  const [column = "", hash = ""] = JSON.parse(text) as string[];
  return { column, hash };
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
      and ${isOurs("i.relname", "i.oid", "pg_class")}
    union
    select k.conrelid
    from pg_constraint as k
    where k.connamespace in (
        select oid from pg_namespace where nspname in (select json_array_elements_text($1))
      )
      and ${isOurs("k.conname", "k.oid", "pg_constraint")}
  )
  select n.nspname, c.relname
  from mine
  join pg_class as c on c.oid = mine.oid
  join pg_namespace as n on n.oid = c.relnamespace
  union all
  select null, null where exists (
    select from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
    where n.nspname = '${ownSchema}' and c.relname = 'applied_settings'
      and has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select'))`;

const remembered = `
  select schema_name, relation_name, kind, name
  from ${ownSchema}.applied_settings
  where schema_name in (select json_array_elements_text($1))`;
