import type { Session } from "../../database/database.ts";
import { setSavepoint, undoSavepoint } from "../../database/savepoint.ts";
import { ActionFailure } from "../../errors.ts";
import { qualifiedName } from "../../names/identifiers.ts";
import type { ExecutionAction } from "../../plan/execution-graph.ts";
import { targetKey } from "../../target.ts";
import { queryWithin } from "../stage/query-within.ts";
import type { GateResults } from "./check-gates.ts";

/**
 * Makes the views of the assertions that the gate of this table has judged, at the end of the table's transaction:
 * each would need a transaction of its own. Only views that are new: to replace one waits for its readers. Gives the
 * keys of the assertions that are done when the transaction is committed. When one cannot be made, none is, and each
 * is left to its own action, which says why.
 */
export async function makeJudgedViews(
  session: Session,
  { gates = [], tasks }: ExecutionAction,
  { passed }: GateResults,
): Promise<string[]> {
  const judged = gates.filter(
    ({ isMadeWithTable, target }) => isMadeWithTable && passed.has(targetKey(target)),
  );
  // Settings that statements of the author have made are not those of the assertion.
  const isPlain = tasks.every(({ type }) => type === "publish");
  if (judged.length === 0 || !isPlain) return [];
  await session.query(setSavepoint);
  try {
    for (const { target, task } of judged) {
      await queryWithin(session, `create view ${qualifiedName(target)} as\n`, task.statement);
    }
  } catch (error) {
    if (!(error instanceof ActionFailure) || error.error.connectionLost) throw error;
    await session.query(undoSavepoint);
    return [];
  }
  return judged.map(({ target }) => targetKey(target));
}
