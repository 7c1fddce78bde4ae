import type { Session } from "../database/database.ts";
import { quoteIdentifier, quoteLiteral } from "../names/identifiers.ts";
import type { ParsedStatement } from "../sql/parse-sql.ts";
import type { Overlay } from "./overlay.ts";
import { sendMoved } from "./send-moved.ts";
import type { StatementOutcome } from "./statement-outcome.ts";

// The plan's own limits and rights stay as they are, and so does how the server reads a text.
const ours =
  /timeout|^role$|session_authorization|transaction|read_only|_strings$|backslash|client_encoding/;

/**
 * Sets what an author sets for an action (`set local work_mem = …`), and says how to put it back. In
 * a search path every schema has the overlay's before it.
 */
export async function setForAction(
  session: Session,
  overlay: Overlay,
  statement: ParsedStatement,
): Promise<StatementOutcome> {
  const name = String(statement.node.name ?? "");
  if (statement.node.kind !== "VAR_SET_VALUE" || ours.test(name)) {
    return { reason: `set ${name} is left to the run` };
  }
  const { rows } = await session.authored(
    `select pg_catalog.current_setting(${quoteLiteral(name)}, true)`,
  );
  await sendMoved(session, overlay, statement, {}, session.statement);
  if (name === "search_path") await putOverlayFirst(session, overlay);
  const before = quoteLiteral(rows[0]?.[0] ?? "");
  return { undo: `select pg_catalog.set_config(${quoteLiteral(name)}, ${before}, true)` };
}

/** Has names looked up in the overlay before the schemas that the author's search path has. */
export async function putOverlayFirst(session: Session, overlay: Overlay): Promise<void> {
  const { rows } = await session.authored(
    "select pg_catalog.unnest(pg_catalog.current_schemas(false))",
  );
  const path: string[] = [];
  for (const [schema] of rows) {
    if (schema) path.push(await overlay.schemaFor(schema), schema);
  }
  await session.statement(`set local search_path = ${[...path, "pg_temp"].map(quoteIdentifier)}`);
}
