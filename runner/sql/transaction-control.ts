import { ActionFailure, SqlFailure } from "../errors.ts";
import { type ParsedStatement, parseSql } from "./parse-sql.ts";

/**
 * Throws an ActionFailure at the first statement that would end the transaction in which the SQL is
 * sent: `commit`, `rollback`, `end`, `abort`, `prepare transaction`. Savepoints are no such thing.
 * `hint` is the next step. What PostgreSQL's parser does not know is left to the server.
 */
export async function refuseTransactionEnd(sql: string, hint: string): Promise<void> {
  if (!mayEnd.test(sql)) return;
  const found = (await statementsOf(sql)).find(endsTransaction);
  if (!found) return;
  const { offset, tokens } = found;
  const words = tokens.map(({ text }) => text.toLowerCase());
  const shown = words.slice(0, words[0] === "prepare" ? 2 : 1).join(" ");
  throw new ActionFailure({
    message: `${shown} would end the transaction of the action; nothing of this statement was sent`,
    hint,
    statement: sql,
    position: [...sql.slice(0, offset + (tokens[0]?.start ?? 0))].length + 1,
    leftTransaction: true,
  });
}

/** The statements of an SQL text one by one; the text as it is when the parser does not know it. */
export async function singleStatements(sql: string): Promise<string[]> {
  const statements = await statementsOf(sql);
  return statements.length > 1 ? statements.map(({ text }) => text) : [sql];
}

async function statementsOf(sql: string): Promise<ParsedStatement[]> {
  try {
    return await parseSql(sql);
  } catch (error) {
    if (error instanceof SqlFailure) return [];
    throw error;
  }
}

const mayEnd = /\b(commit|rollback|end|abort|prepare)\b/i;

const endings = new Set(["TRANS_STMT_COMMIT", "TRANS_STMT_ROLLBACK", "TRANS_STMT_PREPARE"]);

function endsTransaction({ kind, node }: ParsedStatement): boolean {
  return kind === "TransactionStmt" && endings.has(String(node.kind));
}
