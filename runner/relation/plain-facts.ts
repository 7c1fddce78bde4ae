import type { Session } from "../database/database.ts";
import { qualifiedName } from "../names/identifiers.ts";
import { wordsOf } from "../names/words-of.ts";
import type { Target } from "../target.ts";

/** What decides whether the rows of a table are compared with those of its query before anything else is asked. */
export interface PlainFacts {
  bytes: number;
  isPartitioned: boolean;
  /** Whether rules, row level security, publications or missing rights may forbid to write to it. */
  isGuarded: boolean;
  /** Its columns; none when one of them fills itself. */
  columns: PlainColumn[];
  /** Whether the query may read much, or may do something else than to read. */
  isHeavy: boolean;
}

/** The name of a column as SQL, and whether its values have a collation. */
export interface PlainColumn {
  name: string;
  isText: boolean;
}

/** Reads them of a table and its query; a table that stays as it is needs no more. Undefined when it is gone. */
export async function readPlainFacts(
  session: Session,
  target: Target,
  query: string,
): Promise<PlainFacts | undefined> {
  const words = wordsOf(query);
  const values = [qualifiedName(target), (words ?? []).join(" ")];
  const { rows } = await session.catalogue(plainQuery, values);
  const [found] = rows;
  if (!found) return undefined;
  const [bytes, isPartitioned, isGuarded, columns, isHeavy] = found;
  return {
    bytes: Number(bytes),
    isPartitioned: isPartitioned === "t",
    isGuarded: isGuarded === "t",
    columns: JSON.parse(columns ?? "[]"),
    isHeavy: words === undefined || isHeavy !== "f",
  };
}

// Above, to compare takes longer than what it saves.
const mostRead = 4 * 1024 ** 2;

// What is no table is not looked into, and may read anything.
const plainQuery = `
    select case when c.relkind <> 'p' then pg_table_size(c.oid) else 0 end, c.relkind = 'p',
      c.relhasrules or c.relrowsecurity or exists (select from pg_publication)
        or not (has_table_privilege(c.oid, 'insert') and has_table_privilege(c.oid, 'delete')),
      (select json_agg(json_build_object('name', quote_ident(attname), 'isText', attcollation <> 0) order by attnum)
        from pg_attribute where attrelid = c.oid and attnum > 0 and not attisdropped
        having not bool_or(attgenerated <> '' or attidentity <> '' or atthasdef))::text,
      exists (select from pg_proc where proname = any (string_to_array($2, ' ')::name[]) and provolatile = 'v')
        or (select coalesce(sum(bytes), 0)
          from unnest(string_to_array($2, ' ')::name[]) as word
          cross join lateral (
            select case when relkind in ('r', 'm') then pg_relation_size(oid) else ${mostRead} end as bytes
            from pg_class where relname = word and relkind in ('r', 'm', 'p', 'v', 'f')
            offset 0
          ) as named) >= ${mostRead}
    from pg_class as c where c.oid = to_regclass($1)`;
