import type { Session } from "../../database/database.ts";
import { qualifiedName, quoteIdentifier, quoteLiteral } from "../../names/identifiers.ts";
import type { Target } from "../../target.ts";

/** By which rows `s` of a table are found: the relation of the keys, and the columns of both that are equal, all as SQL. */
export interface Search {
  /** The relation with its alias. */
  by: string;
  pairs: { own: string; equals: string; source: string }[];
}

/** The condition on a row `s` that it has a key of the search. */
export function isSame({ pairs }: Search): string {
  return pairs.map(({ own, equals, source }) => `${column(own)} ${equals} ${source}`).join(" and ");
}

const column = (own: string) => `s.${quoteIdentifier(own)}`;

// An index is read for so many keys at once.
const keysAtOnce = 10_000;

/**
 * The query of the stored rows of some keys. With an index each key is looked up by it (`offset 0`), whatever
 * PostgreSQL's estimate says: in a growing table it soon costs more to read all rows than to look up some keys. Keys of one
 * column are looked up in the order of the index, in half the time or less. `indexed` are the first columns of the
 * table's indexes.
 */
export function storedRows(
  table: string,
  indexed: ReadonlySet<string>,
  search: Search,
  columns: string,
): string {
  const { by, pairs } = search;
  const all = `select ${columns} from ${table} as s`;
  if (!pairs.some(({ own }) => indexed.has(own))) return `${all} join ${by} on ${isSame(search)}`;
  const [only] = pairs;
  if (!only || pairs.length > 1) {
    return `select found.* from ${by} cross join lateral (${all} where ${isSame(search)} offset 0) as found`;
  }
  return `select found.* from (
      select array_agg(key) as keys
      from (select ${only.source} as key, row_number() over () / ${keysAtOnce} as part from ${by}) as numbered
      group by part
    ) as parts
    cross join lateral (${all} where ${column(only.own)} ${only.equals} any (parts.keys) offset 0) as found`;
}

/**
 * The first columns of the indexes by which values are found; none when the new rows are more than a tenth of the table:
 * then it is read once.
 */
export async function indexedColumns(
  session: Session,
  target: Target,
  newRows: number,
): Promise<Set<string>> {
  const table = `to_regclass(${quoteLiteral(qualifiedName(target))})`;
  const { rows } = await session.query(`
    select distinct a.attname::text
    from pg_catalog.pg_index as i
    join pg_catalog.pg_class as c on c.oid = i.indexrelid
    join pg_catalog.pg_am as m on m.oid = c.relam
    join pg_catalog.pg_opclass as o on o.oid = i.indclass[0]
    join pg_catalog.pg_attribute as a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
    join pg_catalog.pg_type as t on t.oid = a.atttypid
    where i.indrelid = ${table} and i.indisvalid and i.indpred is null
      and m.amname = 'btree' and o.opcdefault and i.indcollation[0] = a.attcollation
      and t.typcategory <> 'A'
      and ${newRows * 10} < (
        select sum(greatest(reltuples, 0))
        from pg_catalog.pg_class
        where oid = ${table}
          or oid in (select relid from pg_catalog.pg_partition_tree(${table}))
      )`);
  return new Set(rows.map(([name]) => name ?? ""));
}
