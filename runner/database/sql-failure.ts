import { DatabaseError } from "pg";
import { type SqlError, SqlFailure } from "../errors.ts";

/**
 * Turns what the driver threw for a statement into an `SqlFailure`. Without an `sqlstate` the
 * connection broke: whether the statement took effect is then unknown.
 */
export function toSqlFailure(error: unknown, statement: string): SqlFailure {
  if (error instanceof DatabaseError) return new SqlFailure(describe(error, statement), error);
  const reason = error instanceof Error && error.message !== "" ? error.message : String(error);
  return new SqlFailure(
    {
      message: `the connection to the server was lost: ${reason}`,
      hint: "the server's log says why; running again is safe",
      statement,
    },
    error,
  );
}

/** Whether the server sent this error, in contrast to a broken connection. */
export function isServerError(error: unknown): error is DatabaseError {
  return error instanceof DatabaseError;
}

function describe(error: DatabaseError, statement: string): SqlError {
  const constraint = describeConstraint(error);
  const where = describeContext(error);
  const position = offsetOf(error.position, statement);
  return {
    message: error.message,
    ...(error.code ? { sqlstate: error.code } : {}),
    ...(error.detail ? { detail: error.detail } : {}),
    ...(error.hint ? { hint: error.hint } : {}),
    ...(where ? { where } : {}),
    ...(constraint ? { constraint } : {}),
    statement,
    ...(position ? { position } : {}),
  };
}

/** `orders_pkey on sales.orders`, `column amount of sales.orders`, or as much as is known. */
function describeConstraint(error: DatabaseError): string | undefined {
  const table = [error.schema, error.table].filter(Boolean).join(".");
  const column = error.column ? `column ${error.column}` : "";
  const subject = error.constraint
    ? [error.constraint, column && `(${column})`].filter(Boolean).join(" ")
    : column;
  if (subject === "") return undefined;
  return table === "" ? subject : `${subject} ${error.constraint ? "on" : "of"} ${table}`;
}

function describeContext(error: DatabaseError): string | undefined {
  const query = error.internalQuery ? `query: ${error.internalQuery}` : undefined;
  return [error.where, query].filter(Boolean).join("\n") || undefined;
}

/** PostgreSQL counts characters; a JavaScript string counts UTF-16 units. */
function offsetOf(position: string | undefined, statement: string): number | undefined {
  const characters = Number(position ?? 0);
  if (characters < 1) return undefined;
  let offset = 0;
  for (let seen = 1; seen < characters && offset < statement.length; seen++) {
    offset += (statement.codePointAt(offset) ?? 0) > 0xffff ? 2 : 1;
  }
  return offset + 1;
}
