import { ActionFailure, type SqlError, SqlFailure } from "../errors.ts";
import type { Session } from "./database.ts";

/**
 * Begins a transaction by the statement `begin`, does `work` in it and rolls it back whatever happens.
 * Throws `ended` as an ActionFailure when a statement of an author has ended the transaction: what was
 * done before it would stay.
 */
export async function rolledBack<T>(
  session: Pick<Session, "query">,
  { begin, ended }: { begin: string; ended: SqlError },
  work: () => Promise<T>,
): Promise<T> {
  await session.query(`${begin}; savepoint dataform_rolled_back`);
  try {
    const result = await work();
    await requireSavepoint(session, ended);
    return result;
  } finally {
    // When this fails too, the session does it on its way back to the pool.
    await session.query("rollback").catch(() => undefined);
  }
}

async function requireSavepoint(session: Pick<Session, "query">, ended: SqlError): Promise<void> {
  try {
    await session.query("release savepoint dataform_rolled_back");
  } catch (error) {
    if (!(error instanceof SqlFailure)) throw error;
    throw new ActionFailure(ended);
  }
}
