import type { ClientBase } from "pg";
import { SqlFailure } from "../../errors.ts";
import { sendQuery } from "./send-query.ts";

/**
 * Sends statements of an author in the transaction of that number, and throws when they ended it,
 * whatever they did afterwards. Without a number there is none to leave.
 */
export async function withinTransaction<T>(
  client: ClientBase,
  transactionId: string | undefined,
  text: string,
  send: () => Promise<T>,
): Promise<T> {
  if (transactionId === undefined) return send();
  let result: T;
  try {
    result = await send();
  } catch (error) {
    throw client.getTransactionStatus() === "I" ? leftTransaction(text, error) : error;
  }
  if (client.getTransactionStatus() !== "T") throw leftTransaction(text);
  // Only these begin another one.
  if (!/\b(begin|start|chain)\b/i.test(text)) return result;
  const { rows } = await sendQuery(client, currentTransaction, undefined);
  if (rows[0]?.[0] !== transactionId) throw leftTransaction(text);
  return result;
}

const currentTransaction = "select pg_catalog.pg_current_xact_id_if_assigned()::pg_catalog.text";

function leftTransaction(statement: string, cause?: unknown): SqlFailure {
  const after = cause instanceof Error ? `, and then failed: ${cause.message}` : "";
  return new SqlFailure(
    {
      message: `the statement left its transaction${after}`,
      hint: leaveHint,
      statement,
      leftTransaction: true,
    },
    cause,
  );
}

/** What to do about it. */
export const leaveHint =
  "take out commit, rollback and the like: an action is one transaction; an operation that has to " +
  "commit by itself needs postgres: { transaction: false }";
