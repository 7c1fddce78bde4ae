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
      connectionLost: true,
    },
    error,
  );
}

function describe(error: DatabaseError, statement: string): SqlError {
  const constraint = describeConstraint(error);
  const where = describeContext(error);
  const position = Number(error.position ?? 0);
  return {
    message: error.message,
    ...(error.code ? { sqlstate: error.code } : {}),
    ...(error.detail ? { detail: error.detail } : {}),
    ...(error.hint ? { hint: error.hint } : {}),
    ...(where ? { where } : {}),
    ...(constraint ? { constraint } : {}),
    statement,
    ...(position > 0 ? { position } : {}),
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
