import { ActionFailure, type SqlError } from "../errors.ts";
import { type ParsedStatement, parseSql } from "./parse-sql.ts";

/**
 * Takes the parsed SQL of a table, view or assertion, and throws an ActionFailure at its second
 * statement: such a query must be one statement, whatever was pasted into it.
 */
export function refuseSecondStatement([, second]: readonly ParsedStatement[]): void {
  if (second === undefined) return;
  const { sql, offset, tokens } = second;
  const before = sql.slice(0, offset + (tokens[0]?.start ?? 0));
  throw new ActionFailure({
    message: "the query contains a second statement",
    sqlstate: "42601",
    hint: "put it into pre_operations, post_operations or a separate operation",
    statement: sql,
    position: [...before].length + 1,
  });
}

/** Throws what `refuseSecondStatement` throws when that is why PostgreSQL refused the SQL. */
export async function explainSecondStatement(sql: string, error: SqlError): Promise<void> {
  // PostgreSQL gives no position when it refuses several statements in one message.
  if (error.sqlstate !== "42601" || error.position !== undefined) return;
  refuseSecondStatement(await parseSql(sql));
}
