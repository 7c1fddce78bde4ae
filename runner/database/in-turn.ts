import type { QueryResult, Session } from "./database.ts";

/**
 * Waits for work that was begun in this order, and returns its results. Throws the error of the first that failed: those
 * behind it in the same message were left out.
 */
export async function inTurn<Work extends readonly Promise<unknown>[]>(
  ...work: Work
): Promise<{ -readonly [Index in keyof Work]: Awaited<Work[Index]> }> {
  for (const { reason } of (await Promise.allSettled(work)).filter(isRejected)) throw reason;
  return (await Promise.all(work)) as { -readonly [Index in keyof Work]: Awaited<Work[Index]> };
}

/**
 * Sends statements of the runner in one message, each as a statement of its own: of a change of a table, Citus sends the
 * whole text to its nodes, which take one statement. Throws the error of the first that failed.
 */
export function queryEach(session: Session, statements: readonly string[]): Promise<QueryResult[]> {
  return inTurn(...statements.map((statement) => session.query(statement, [])));
}

function isRejected(one: PromiseSettledResult<unknown>): one is PromiseRejectedResult {
  return one.status === "rejected";
}
