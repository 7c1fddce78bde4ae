import type { Session } from "../database/database.ts";
import { quoteIdentifier } from "../database/identifiers.ts";
import { SqlFailure } from "../errors.ts";
import type { PublishTask } from "../plan/execution-graph.ts";
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

/**
 * Throws an SqlFailure when the rows of a table cannot be stored or found again: the query gives no
 * columns, not those of `uniqueKey` and `partitionBy`, or these are of a type without equality. The
 * first run and the plan ask this too, since only the second run would need it.
 */
export async function requireIdentity(
  session: Session,
  target: Target,
  { uniqueKey, slice }: Pick<PublishTask, "uniqueKey" | "slice">,
  rows: Rows,
): Promise<void> {
  if (rows.columns.length === 0) {
    throw new SqlFailure({
      message: `the query of ${targetName(target)} gives no columns`,
      hint: "select at least one column",
    });
  }
  for (const name of uniqueKey) {
    await requireOne(session, target, rows, {
      setting: "uniqueKey",
      name,
      expression: quoteIdentifier(name),
    });
  }
  if (!slice) return;
  const { column: name, expression } = slice;
  await requireOne(session, target, rows, { setting: "partitionBy", name, expression });
}

async function requireOne(
  session: Session,
  target: Target,
  rows: Rows,
  { setting, name, expression }: { setting: string; name: string; expression: string },
): Promise<void> {
  const column = rows.columns.find((each) => each.name === name);
  if (!column) {
    throw new SqlFailure({
      message: `${setting} names the column "${name}", which the query of ${targetName(target)} does not give`,
      hint: `its columns are ${rows.columns.map((each) => each.name).join(", ")}`,
    });
  }
  if (column.equalIsSame) return;
  try {
    await session.query(`select from ${rows.name} as s group by ${expression} limit 0`);
  } catch (error) {
    if (!(error instanceof SqlFailure && error.error.sqlstate === undefinedFunction)) throw error;
    throw new SqlFailure({
      message: `${setting} names the column "${name}" of ${targetName(target)}, whose type ${column.type} has no equality: its values cannot be told apart`,
      sqlstate: undefinedFunction,
      hint: `name other columns in ${setting}, or cast this one in the query, for example to text or jsonb`,
    });
  }
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
