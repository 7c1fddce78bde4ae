import type { Session } from "../../database/database.ts";
import { qualifiedName, quoteIdentifier } from "../../names/identifiers.ts";
import type { AssertionTask } from "../../plan/execution-graph.ts";
import type { Target } from "../../target.ts";
import type { KnownRows } from "./gate.ts";
import { columnsOfKey } from "./key-search.ts";

/** A primary key that a table does not have yet. */
export interface NewKey {
  columns: readonly string[];
  /** Makes it now; returns whether PostgreSQL could. */
  make: () => Promise<boolean>;
}

/** Rows to check, and what is known of them. */
interface CheckedRows {
  target: Target;
  relation: string;
  newRows: string | undefined;
  known: KnownRows | undefined;
  context: { keyOfNew?: NewKey | undefined };
}

/**
 * Whether all rows of a table are there to be checked, and it is proved in a faster way than by the assertion's query that no
 * two of them have the same key.
 */
export async function isProvedUnique(
  session: Session,
  { uniqueKey }: AssertionTask,
  rows: CheckedRows,
): Promise<boolean> {
  const columns = uniqueKey === undefined ? undefined : columnsOfKey(uniqueKey);
  if (!columns || rows.newRows !== undefined) return false;
  return (await isProvedByKey(columns, rows)) || isProvedByCount(session, columns, rows);
}

/**
 * The primary key of a new table, a part of the key in question, could just be made of its rows. To count them takes longer
 * than to make the index, which the table gets in any case.
 */
async function isProvedByKey(
  columns: readonly string[],
  { target, relation, context: { keyOfNew } }: CheckedRows,
): Promise<boolean> {
  if (!keyOfNew || relation !== qualifiedName(target)) return false;
  return keyOfNew.columns.every((name) => columns.includes(name)) && keyOfNew.make();
}

const manyRows = 100_000;
// Text is sorted by its collation, which can take longer than the query of the assertion.
const sortedFast = ["smallint", "integer", "bigint", "date", "uuid"].concat([
  "timestamp without time zone",
  "timestamp with time zone",
]);

/**
 * Of many rows with a key of one column: there are as many values as rows. PostgreSQL knows nothing of rows that are new, and
 * to group them, as the assertion does, takes it two to three times as long as to sort the values of one column.
 */
async function isProvedByCount(
  session: Session,
  [name = "", ...others]: readonly string[],
  { relation, known }: CheckedRows,
): Promise<boolean> {
  if (!known || known.rowCount < manyRows || others.length > 0) return false;
  const type = known.columns.find((column) => column.name === name)?.type ?? "";
  if (!sortedFast.includes(type)) return false;
  const value = `s.${quoteIdentifier(name)}`;
  // The assertion takes NULL for a value.
  const { rows } = await session.query(`
    select count(${value}) = count(distinct ${value}) and count(*) - count(${value}) < 2
    from ${relation} as s`);
  return rows[0]?.[0] === "t";
}
