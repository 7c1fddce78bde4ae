import { DatabaseError } from "pg";
import { type SqlError, SqlFailure } from "../../errors.ts";
import { bigQueryHint } from "../../text/bigquery-hint.ts";
import { privilegeHint } from "./privilege-hint.ts";

const longestText = 10_000;

/**
 * Turns an error of the driver into an `SqlFailure`. Without an `sqlstate` the connection broke: it
 * is then unknown whether the statement took effect. `role` is the connected role.
 */
export function toSqlFailure(error: unknown, statement: string, role?: string): SqlFailure {
  if (error instanceof DatabaseError) {
    return new SqlFailure(describe(error, statement, role), error);
  }
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

function describe(error: DatabaseError, statement: string, role?: string): SqlError {
  const position = Number(error.position ?? 0);
  const refusal = { sqlstate: error.code, statement, position, hint: error.hint };
  const hint = bigQueryHint(refusal) || error.hint || hintFor(error, statement, role);
  const constraint = describeConstraint(error);
  const where = describeContext(error);
  return {
    message: cut(error.message),
    ...(error.code ? { sqlstate: error.code } : {}),
    ...(error.detail ? { detail: cut(error.detail) } : {}),
    ...(hint ? { hint: cut(hint) } : {}),
    ...(where ? { where: cut(where) } : {}),
    ...(constraint ? { constraint } : {}),
    statement,
    ...(position > 0 ? { position } : {}),
  };
}

function hintFor(
  { code, message }: DatabaseError,
  statement: string,
  role?: string,
): string | undefined {
  if (code === "42501") return privilegeHint(message, role, statement);
  if (code === "53400" && message.includes("temp_file_limit")) {
    return "raise work_mem, so that the query needs fewer temporary files, or temp_file_limit, for this role or its database";
  }
  if (code === "57014" && message.includes("No source stream defined")) {
    return "a run has no rows to send after it: write insert, or load them before the run with psql's \\copy";
  }
  if (code === "53100") return "make room on the server's disk; running again is safe";
  return undefined;
}

// An error may quote a value of any size; results and reports keep every error.
function cut(text: string): string {
  const left = text.length - longestText;
  return left > 0 ? `${text.slice(0, longestText)}… (${left} more characters)` : text;
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
