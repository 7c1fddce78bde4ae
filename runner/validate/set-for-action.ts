import type { Session } from "../database/database.ts";
import { quoteIdentifier, quoteLiteral } from "../database/identifiers.ts";
import type { ParsedStatement } from "../sql/parse-sql.ts";
import type { StatementOutcome } from "./check-statement.ts";
import type { Overlay } from "./overlay.ts";
import { sendMoved } from "./send-moved.ts";

// The plan's own limits and rights stay as they are.
const ours = /timeout|^role$|session_authorization|transaction|read_only/;

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
  const { rows } = await session.query(`select current_setting(${quoteLiteral(name)}, true)`);
  await sendMoved(session, overlay, statement);
  if (name === "search_path") await putOverlayFirst(session, overlay);
  const before = quoteLiteral(rows[0]?.[0] ?? "");
  return { undo: `select set_config(${quoteLiteral(name)}, ${before}, true)` };
}

async function putOverlayFirst(session: Session, overlay: Overlay): Promise<void> {
  const { rows } = await session.query("select unnest(current_schemas(false))");
  const path: string[] = [];
  for (const [schema] of rows) {
    if (schema) path.push(await overlay.schemaFor(schema), schema);
  }
  await session.query(`set local search_path = ${[...path, "pg_temp"].map(quoteIdentifier)}`);
}
