import type { Session } from "../database/database.ts";
import { isStatementTimeout } from "../database/failures/timeouts.ts";
import type { SqlError } from "../errors.ts";

/** Limits each statement of this session to the given milliseconds; undefined: no limit. */
export async function limitStatements(session: Session, millis: number | undefined): Promise<void> {
  if (millis !== undefined) await session.query(`set statement_timeout = ${Math.ceil(millis)}`);
}

/** Adds the flag's name to the error of a statement that took longer than the flag allows. */
export function explainTimeout(error: SqlError, millis: number | undefined): SqlError {
  if (millis === undefined || !isStatementTimeout(error, millis)) return error;
  const message = `the statement took longer than --statement-timeout (${millis / 1000} s) and was ended`;
  // PostgreSQL's message ends with the sessions that blocked the statement.
  if (error.blockedBy) return { ...error, message: error.message.replace(/^[^;]*/, message) };
  return {
    ...error,
    message,
    hint: "raise --statement-timeout, or make the statement faster",
  };
}
