import type { Session } from "../database/database.ts";
import { ActionFailure, SqlFailure } from "../errors.ts";
import { qualifiedName, quoteIdentifier } from "../names/identifiers.ts";
import type { Slice } from "../plan/publish-task.ts";
import { type Target, targetName } from "../target.ts";
import type { Column } from "./relation.ts";

/** Rows as the query of a table gave them. */
interface Rows {
  /** Where they are, as SQL. */
  name: string;
  columns: readonly Column[];
}

// "could not identify an equality operator for type json"
const undefinedFunction = "42883";

/** The columns by which a task finds rows of its table again. */
interface Identity {
  uniqueKey: readonly string[];
  slice?: Slice;
}

/**
 * Throws an ActionFailure when the rows of a table cannot be stored or found again: the query gives no
 * columns, not those of `uniqueKey` and `partitionBy`, or these are of a type without equality. The
 * first run and the plan ask this too, since only the second run would need it.
 */
export async function requireIdentity(
  session: Session,
  target: Target,
  identity: Identity,
  rows: Rows,
): Promise<void> {
  requireColumns(target, identity, rows.columns);
  await requireEquality(session, target, identity, rows);
}

/** The names of the columns that a new table has got from its query. To read all about them takes ten times as long. */
export async function readColumnNames(session: Session, target: Target): Promise<string[]> {
  const { rows } = await session.catalogue(namesQuery, [qualifiedName(target)], "within");
  return rows.map(([name]) => name ?? "");
}

const namesQuery = `
    select attname from pg_catalog.pg_attribute
    where attrelid operator(pg_catalog.=) (select pg_catalog.to_regclass($1)) and attnum operator(pg_catalog.>) 0
    order by attnum`;

/** The part of it that is about the columns of the query. */
export function requireColumns(
  target: Target,
  identity: Identity,
  columns: readonly Column[],
): void {
  const names = columns.map(({ name }) => name);
  if (names.length === 0) {
    throw new ActionFailure({
      message: `the query of ${targetName(target)} gives no columns`,
      hint: "select at least one column",
    });
  }
  for (const { setting, name } of partsOf(identity)) {
    if (names.includes(name)) continue;
    throw new ActionFailure({
      message: `${setting} names the column "${name}", which the query of ${targetName(target)} does not give`,
      hint: `its columns are ${names.join(", ")}`,
    });
  }
}

/**
 * Throws an ActionFailure for a column by which rows are found again and that is not among `columns`, those of the table:
 * by the other columns of its key, a new row would be taken for another one.
 */
export function requireStored(
  target: Target,
  identity: Identity,
  columns: readonly Pick<Column, "name">[],
): void {
  for (const { setting, name } of partsOf(identity)) {
    if (columns.some((column) => column.name === name)) continue;
    throw new ActionFailure({
      message: `${setting} names the column "${name}", which the table ${targetName(target)} does not have`,
      hint: 'run once with --full-refresh, or set onSchemaChange: "EXTEND", which adds the column',
    });
  }
}

/** The part of it that is about the types that are stored; `rows` have them, and may be none. */
export async function requireEquality(
  session: Session,
  target: Target,
  identity: Identity,
  rows: Rows,
): Promise<void> {
  for (const { setting, name, expression } of partsOf(identity)) {
    const column = rows.columns.find((each) => each.name === name);
    if (!column || column.equalIsSame) continue;
    try {
      await session.query(`select from ${rows.name} as s group by ${expression} limit 0`);
    } catch (error) {
      if (!(error instanceof SqlFailure && error.error.sqlstate === undefinedFunction)) throw error;
      throw new ActionFailure({
        message: `${setting} names the column "${name}" of ${targetName(target)}, whose type ${column.type} has no equality: its values cannot be told apart`,
        sqlstate: undefinedFunction,
        hint: `name other columns in ${setting}, or cast this one in the query, for example to text or jsonb`,
      });
    }
  }
}

function partsOf({ uniqueKey, slice }: Identity) {
  return [
    ...uniqueKey.map((name) => ({
      ...{ setting: "uniqueKey", name, expression: quoteIdentifier(name) },
    })),
    ...(slice
      ? [{ setting: "partitionBy", name: slice.column, expression: slice.expression }]
      : []),
  ];
}

/** In words, up to three keys that stand more than once in rows; NULL counts as a value. */
export async function doubledKeys(
  session: Session,
  source: string,
  key: readonly string[],
  condition = "true",
): Promise<string[]> {
  const names = key.map(quoteIdentifier).join(", ");
  const { rows } = await session.query(
    `select ${names}, count(*) from ${source} as s where ${condition}
    group by ${names} having count(*) > 1 order by count(*) desc limit 3`,
  );
  return rows.map((row) => `(${row.slice(0, -1).map(String).join(", ")}) ${row.at(-1)} times`);
}
