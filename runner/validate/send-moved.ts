import type { QueryResult, Session } from "../database/database.ts";
import { type SqlError, SqlFailure } from "../errors.ts";
import type { ParsedStatement } from "../sql/parse-sql.ts";
import type { Overlay } from "./overlay.ts";

/** SQL that is sent before and after a statement. */
export interface Wrapping {
  before?: string;
  after?: string;
}

/**
 * Sends a statement as it reads in the overlay. An error names what the author wrote: the original
 * SQL, the position in it, and the names of the project.
 */
export async function sendMoved(
  session: Session,
  overlay: Overlay,
  statement: ParsedStatement,
  { before = "", after = "" }: Wrapping = {},
  send: Session["query"] = session.authored,
): Promise<QueryResult> {
  await overlay.earlier.bring(statement.text);
  const moved = overlay.move(statement);
  try {
    // With parameters, if none, the server takes one statement, however it reads the text.
    return await send(`${before}${moved.text}\n${after}`, []);
  } catch (error) {
    if (!(error instanceof SqlFailure)) throw error;
    const { position, ...rest } = originalError(error.error, overlay);
    const inside = position === undefined ? 0 : position - before.length;
    const isInside = inside >= 1 && inside <= moved.text.length + 1;
    const at = isInside ? { position: statement.offset + moved.originalPosition(inside) } : {};
    throw error.with({ ...rest, statement: statement.sql, ...at });
  }
}

/** An error with the names of the project in its texts. */
export function originalError(error: SqlError, overlay: Overlay): SqlError {
  const restored = { ...error };
  for (const key of ["message", "detail", "hint", "where", "constraint"] as const) {
    const text = error[key];
    if (text !== undefined) restored[key] = overlay.original(text);
  }
  return restored;
}
