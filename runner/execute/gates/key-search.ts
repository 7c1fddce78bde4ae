import type { Session } from "../../database/database.ts";
import { quoteLiteral } from "../../names/identifiers.ts";

/**
 * How the stored rows of some keys are found: `unique` when an index keeps the key unique, so that no two
 * rows have the same; the columns of the key, as SQL, when each key is to be looked up by an index; `all`
 * when the whole table is to be read.
 */
export type KeySearch = "unique" | "all" | string[];

/** Takes the name of a relation and the columns of a key, both as SQL, and the number of keys. */
export async function keySearch(
  session: Session,
  relation: string,
  key: string,
  keyCount: number,
): Promise<KeySearch> {
  const columns = columnsOfKey(key);
  if (!columns) return "all";
  const names = columns.map(quoteLiteral);
  const { rows } = await session.query(`
    select coalesce(bool_or(is_unique), false), coalesce(bool_or(is_of_key[1] and is_large), false)
    from (${indexesOf(relation, names, keyCount)}) as indexes`);
  const [isUnique, isIndexed] = rows[0] ?? [];
  if (isUnique === "t") return "unique";
  return isIndexed === "t" ? key.split(", ") : "all";
}

/** The names of the columns of a key as SQL; undefined when the author may have written an expression. */
export function columnsOfKey(key: string): string[] | undefined {
  const columns = key.split(", ");
  if (!columns.every((name) => /^([a-z_][a-z0-9_]*|"[^"]+")$/.test(name))) return undefined;
  return columns.map((name) => name.replaceAll('"', ""));
}

// Rows of tables that inherit are not in the index of their parent. An index compares by its operator
// class and collation, an assertion by those of the column.
function indexesOf(relation: string, names: readonly string[], keyCount: number): string {
  return `
    select
      array_agg(a.attname::text = any (array[${names.join(", ")}]) order by position) as is_of_key,
      c.relkind = 'r' and ${keyCount} * 10 < c.reltuples and bool_and(t.typcategory <> 'A') as is_large,
      i.indisunique and i.indimmediate and bool_and(
        a.attname::text = any (array[${names.join(", ")}]) and o.opcdefault
        and i.indcollation[position] = a.attcollation
      ) and not (c.relkind = 'r' and c.relhassubclass) as is_unique
    from pg_catalog.pg_index as i
    join pg_catalog.pg_class as c on c.oid = i.indrelid
    cross join lateral generate_series(0, i.indnkeyatts - 1) as position
    join pg_catalog.pg_attribute as a on a.attrelid = c.oid and a.attnum = i.indkey[position]
    join pg_catalog.pg_type as t on t.oid = a.atttypid
    join pg_catalog.pg_opclass as o on o.oid = i.indclass[position]
    where i.indrelid = to_regclass(${quoteLiteral(relation)})
      and i.indisvalid and i.indpred is null and i.indexprs is null
    group by i.indexrelid, i.indisunique, i.indimmediate, c.relkind, c.relhassubclass, c.reltuples`;
}
