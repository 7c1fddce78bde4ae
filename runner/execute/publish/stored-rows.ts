import type { Session } from "../../database/database.ts";
import { qualifiedName, quoteIdentifier, quoteLiteral } from "../../names/identifiers.ts";
import type { Target } from "../../target.ts";

/** By which rows `s` of a table are found: the relation of the keys, and the columns of both that are equal, all as SQL. */
export interface Search {
  /** The relation with its alias. */
  by: string;
  pairs: { own: string; equals: string; source: string }[];
}

/**
 * The first columns of a table's indexes: whether a value of each stands in few rows, and the columns that follow it in an
 * index.
 */
export type IndexedColumns = ReadonlyMap<string, { isSelective: boolean; next: string[] }>;

/** The condition that a row has a key of the search; `alias` is that of the row. */
export function isSame({ pairs }: Search, alias = "s"): string {
  return pairs
    .map(({ own, equals, source }) => `${alias}.${quoteIdentifier(own)} ${equals} ${source}`)
    .join(" and ");
}

// An index is read for so many keys at once.
const keysAtOnce = 10_000;

/**
 * The query of `columns`, quoted names, of the stored rows of some keys; `places` adds the place of each row, as
 * `dataform_part` and `dataform_old`. With an index each key is looked up by it (`offset 0`), whatever PostgreSQL's estimate
 * says: in a growing table it soon costs more to read all rows than to look up some keys. Values of one column are looked up
 * in the order of the index, in half the time or less.
 */
export function storedRows(
  table: string,
  indexed: IndexedColumns,
  search: Search,
  columns: readonly string[],
  places = false,
): string {
  const { by, pairs } = search;
  const placed = places ? ["s.tableoid as dataform_part", "s.ctid as dataform_old"] : [];
  const all = `select ${[...placed, ...columns.map((name) => `s.${name}`)].join(", ")} from ${table} as s`;
  const listed = pairs.find(
    ({ own }) => indexed.get(own)?.isSelective || (pairs.length === 1 && indexed.has(own)),
  );
  if (!listed) {
    const names = pairs.map(({ own }) => own);
    const isFound = names.some((own) =>
      indexed.get(own)?.next.some((name) => names.includes(name)),
    );
    // An index of the first column alone may have many rows for each key.
    if (!isFound) return `${all} join ${by} on ${isSame(search)}`;
    return `select found.* from ${by} cross join lateral (${all} where ${isSame(search)} offset 0) as found`;
  }
  const found = [...(places ? ["dataform_part", "dataform_old"] : []), ...columns];
  const others = `where exists (select from ${by} where ${isSame(search, "found")})`;
  return `select ${found.map((name) => `found.${name}`).join(", ")} from (
      select array_agg(key) as keys
      from (select ${listed.source} as key, row_number() over () / ${keysAtOnce} as part from ${by}) as numbered
      group by part
    ) as parts
    cross join lateral (
      select ${[...placed, "s.*"].join(", ")} from ${table} as s
      where s.${quoteIdentifier(listed.own)} ${listed.equals} any (parts.keys) offset 0
    ) as found ${pairs.length > 1 ? others : ""}`;
}

/** Reads them; none when the new rows are more than a tenth of the table: then it is read once. */
export async function indexedColumns(
  session: Session,
  target: Target,
  newRows: number,
): Promise<IndexedColumns> {
  const table = `to_regclass(${quoteLiteral(qualifiedName(target))})`;
  const { rows } = await session.query(`
    select a.attname::text, bool_or(coalesce(
      (select n_distinct < -0.1 and coalesce(most_common_freqs[1] < 0.0001, true) from pg_catalog.pg_stats
        where schemaname = ${quoteLiteral(target.schema)} and tablename = ${quoteLiteral(target.name)}
          and attname = a.attname
        order by inherited desc limit 1),
      false)), to_json(array_remove(array_agg(b.attname::text), null))
    from pg_catalog.pg_index as i
    join pg_catalog.pg_class as c on c.oid = i.indexrelid
    join pg_catalog.pg_am as m on m.oid = c.relam
    join pg_catalog.pg_opclass as o on o.oid = i.indclass[0]
    join pg_catalog.pg_attribute as a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
    join pg_catalog.pg_type as t on t.oid = a.atttypid
    left join pg_catalog.pg_attribute as b
      on b.attrelid = i.indrelid and b.attnum = i.indkey[1] and i.indnkeyatts > 1
    where i.indrelid = ${table} and i.indisvalid and i.indpred is null
      and m.amname = 'btree' and o.opcdefault and i.indcollation[0] = a.attcollation
      and t.typcategory <> 'A'
      and ${newRows * 10} < (
        select sum(greatest(reltuples, 0))
        from pg_catalog.pg_class
        where oid = ${table}
          or oid in (select relid from pg_catalog.pg_partition_tree(${table}))
      )
    group by a.attname`);
  return new Map(
    rows.map(([name, isSelective, next]) => [
      name ?? "",
      { isSelective: isSelective === "t", next: JSON.parse(next ?? "[]") as string[] },
    ]),
  );
}
