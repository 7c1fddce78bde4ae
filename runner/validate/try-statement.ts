import type { Session } from "../database/database.ts";
import { afterSavepoint } from "../database/savepoint.ts";
import { SqlFailure } from "../errors.ts";
import type { ParsedStatement, Token } from "../sql/parse-sql.ts";
import type { Overlay } from "./overlay.ts";
import { sendMoved } from "./send-moved.ts";

type Try = (
  session: Session,
  overlay: Overlay,
  statement: ParsedStatement,
) => Promise<string | undefined>;

/** Has PostgreSQL analyse a query; it is not executed. Gives a reason when only the run can tell. */
export const tryQuery: Try = async (session, overlay, statement) => {
  const send = async () => {
    await sendMoved(session, overlay, statement, { before: "prepare dataform_plan as " });
    await session.query("deallocate dataform_plan");
  };
  // Its locks are released at once.
  return tried(session, send, false, (sqlstate) => sqlstate === "55000");
};

/**
 * Executes a definition in the overlay, where relations are empty. Gives a reason when only the run
 * can tell.
 */
export const tryDefinition: Try = async (session, overlay, statement) => {
  const send = () =>
    sendMoved(session, overlay, withoutConcurrently(statement), suffixOf(statement));
  return tried(session, send, true, (sqlstate) =>
    statement.kind === "AlterTableStmt" || statement.kind === "RenameStmt"
      ? ["42704", "42501"].includes(sqlstate)
      : statement.kind === "CommentStmt" && sqlstate === "42704",
  );
};

/** Has PostgreSQL read the body of a `do` block; nothing of it is executed. */
export const trySyntaxOfBlock: Try = async (session, overlay, statement) => {
  const [first, body, ...others] = statement.tokens;
  if (!first || !body || others.length > 0) return undefined;
  const text = blankOut(statement.text, [first]);
  const name = `${overlay.home}.dataform_plan_block`;
  const before = `create function ${name}() returns void language plpgsql as `;
  const send = () => sendMoved(session, overlay, { ...statement, text }, { before });
  return tried(session, send, false, () => false);
};

// Copies have no foreign keys, triggers, rules or policies, and no other role may make objects
// beside them, so errors about missing ones do not predict an error of the run.
async function tried(
  session: Session,
  send: () => Promise<unknown>,
  keeps: boolean,
  isOfCopies: (sqlstate: string) => boolean,
): Promise<string | undefined> {
  try {
    await afterSavepoint(session, send, () => keeps);
    return undefined;
  } catch (error) {
    if (!(error instanceof SqlFailure) || !isOfCopies(error.error.sqlstate ?? "")) throw error;
    return error.error.message;
  }
}

// A table is made from its query without running it.
function suffixOf({ kind, node }: ParsedStatement): { after?: string } {
  const { skipData } = (node.into ?? {}) as { skipData?: boolean };
  return kind === "CreateTableAsStmt" && !skipData ? { after: "with no data" } : {};
}

/** A plan cannot send `concurrently` and `with data`: they are replaced by blanks. */
function withoutConcurrently(statement: ParsedStatement): ParsedStatement {
  const { kind, node, tokens, text } = statement;
  const isBlanked = (index: number) => {
    if (kind === "IndexStmt" && node.concurrent) return /^concurrently$/i.test(wordAt(index));
    if (kind !== "CreateTableAsStmt") return false;
    const isEnd = index >= tokens.length - 2;
    return isEnd && /^with data$/i.test(`${wordAt(-2)} ${wordAt(-1)}`);
  };
  const wordAt = (index: number) => tokens.at(index)?.text ?? "";
  const blanked = tokens.filter((_, index) => isBlanked(index));
  return { ...statement, text: blankOut(text, blanked) };
}

/** Keeps the offsets of the other tokens. */
function blankOut(text: string, tokens: readonly Token[]): string {
  let blanked = text;
  for (const { start, end } of tokens) {
    blanked = blanked.slice(0, start) + " ".repeat(end - start) + blanked.slice(end);
  }
  return blanked;
}
