import type { Session } from "../../database/database.ts";
import { quoteIdentifier } from "../../names/identifiers.ts";
import { temporaryName } from "../../names/temporary-name.ts";
import { wordsOf } from "../../names/words-of.ts";
import type { AssertionTask } from "../../plan/execution-graph.ts";
import { readRelation, readRelationNamed } from "../../relation/relation.ts";
import type { Target } from "../../target.ts";
import { type KeySearch, keySearch } from "./key-search.ts";

/** The rows that a run adds to a table, and the relation with the old and the new rows. */
export interface Addition {
  target: Target;
  /** The rows of the query, as SQL. */
  newRows: string;
  /** What the table will hold, as SQL. */
  relation: string;
}

/**
 * Makes a view of the new rows with the columns of their table, or, with a key, of all rows whose key
 * is that of a new row (NULL is a key like any other); no rows when an index keeps the key unique. Returns the names as SQL: `rows`, and `whole`,
 * the relation of which a percentage is. Returns undefined when the assertion may name a column that the new rows do not
 * give: only the table knows its values. Leaves the views in `pg_temp`: the caller rolls back to a savepoint.
 */
export async function viewAddedRows(
  session: Session,
  addition: Addition,
  { statement, newRows: { key } = {} }: Pick<AssertionTask, "statement" | "newRows">,
): Promise<{ rows: string; whole: string } | undefined> {
  const { target, newRows, relation } = addition;
  const columns = await tableColumns(session, target, newRows, statement);
  if (columns === undefined) return undefined;
  const added = temporaryName("added");
  await session.query(`create temp view ${added} as select ${columns} from ${newRows}`);
  const rows = key === undefined ? added : await makeSameKeys(session, relation, key, added);
  return { rows, whole: added };
}

async function tableColumns(
  session: Session,
  target: Target,
  newRows: string,
  statement: string,
): Promise<string | undefined> {
  const given = (await readRelationNamed(session, newRows))?.columns ?? [];
  const names = new Set(given.map(({ name }) => name));
  const columns = (await readRelation(session, target))?.columns ?? [];
  const words = wordsOf(statement);
  const isNamed = (name: string) => words?.includes(name) ?? true;
  if (columns.some(({ name }) => !names.has(name) && isNamed(name))) return undefined;
  const list = columns.map(({ name, type }) => {
    const column = quoteIdentifier(name);
    return names.has(name) ? column : `null::${type} as ${column}`;
  });
  return list.join(", ");
}

async function makeSameKeys(
  session: Session,
  relation: string,
  key: string,
  added: string,
): Promise<string> {
  const sameKeys = temporaryName("same_keys");
  const hasNull = `((${key}) is not null) is not true`;
  const counted = await session.authored(
    `select pg_catalog.count(*), pg_catalog.count(*) filter (where ${hasNull}) from ${added}`,
  );
  const [rowCount = 0, nullCount = 0] = (counted.rows[0] ?? []).map(Number);
  const search = await keySearch(session, relation, key, rowCount);
  await session.authored(
    `create temp view ${sameKeys} as
    ${rowsOfKeys(relation, key, added, search)}${nullCount > 0 ? rowsWithNull(relation, key, added, hasNull) : ""}`,
  );
  return sameKeys;
}

function rowsOfKeys(relation: string, key: string, added: string, search: KeySearch): string {
  const all = `select dataform_old.* from ${relation} as dataform_old where`;
  if (search === "unique") return `${all} false`;
  // A semi-join by equality may read the whole index, and later the whole table.
  if (search === "all") return `${all} (${key}) in (select ${key} from ${added} as dataform_new)`;
  // The keys as one array are looked up in the order of the index, in less than half the time.
  const [only = ""] = search;
  if (search.length === 1) return `${all} ${only} = any (array(select ${only} from ${added}))`;
  const isSame = search.map((name) => `dataform_old.${name} = dataform_new.${name}`);
  return `select dataform_found.* from (select distinct ${key} from ${added}) as dataform_new cross join lateral (
      ${all} ${isSame.join(" and ")} offset 0
    ) as dataform_found`;
}

// Records compare their fields by the equality of each type and take NULL for a value; without
// `coalesce` the row would be compared column by column with the columns of the subquery.
function rowsWithNull(relation: string, key: string, added: string, hasNull: string): string {
  return ` union all select dataform_old.* from ${relation} as dataform_old
    where ${hasNull} and coalesce(row(${key})::pg_catalog.record) operator(pg_catalog.=) any (select row(${key})::pg_catalog.record from ${added} as dataform_new)`;
}
