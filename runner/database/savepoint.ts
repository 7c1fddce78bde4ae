import { ActionFailure } from "../errors.ts";
import type { QueryResult, Session } from "./database.ts";

/** Sets the savepoint that `undoSavepoint` goes back to. */
export const setSavepoint = "savepoint dataform_step";

const undo = "rollback to savepoint ";

/** Undoes all changes since `setSavepoint`. */
export const undoSavepoint = `${undo}dataform_step; release savepoint dataform_step`;

/** The statements of a text when it undoes what was done since a savepoint, which takes back settings too. */
export function undoStatements(text: string): string[] | undefined {
  return text.startsWith(undo) ? text.split("; ") : undefined;
}

const keepSavepoint = "release savepoint dataform_step";

/**
 * Does `work` after a savepoint of the session's transaction, and returns
 * its result. What it did is undone when it fails, or when `keeps` says no to its result; an error is
 * thrown on. The transaction can then go on.
 */
export async function afterSavepoint<Result>(
  session: Pick<Session, "query" | "later">,
  work: () => Promise<Result>,
  keeps: (result: Result) => boolean = () => true,
): Promise<Result> {
  session.later(setSavepoint);
  const result = await undoneOnFailure(session, work);
  session.later(keeps(result) ? keepSavepoint : undoSavepoint);
  return result;
}

/** Like `afterSavepoint`, for statements: all in one message. */
export function sentAfterSavepoint(
  session: Pick<Session, "query">,
  statements: readonly string[],
  { keeps }: { keeps: boolean },
): Promise<QueryResult> {
  const end = keeps ? keepSavepoint : undoSavepoint;
  const sql = [setSavepoint, ...statements, end].join(";\n");
  return undoneOnFailure(session, () => session.query(sql));
}

async function undoneOnFailure<Result>(
  session: Pick<Session, "query">,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    // A statement may have ended the transaction: the error of the work says more.
    if (error instanceof ActionFailure) await session.query(undoSavepoint).catch(() => undefined);
    throw error;
  }
}
