import type { Session } from "../../database/database.ts";
import { inTurn } from "../../database/in-turn.ts";
import { setSavepoint, undoSavepoint } from "../../database/savepoint.ts";
import { ActionFailure } from "../../errors.ts";
import { qualifiedName } from "../../names/identifiers.ts";
import type { ExecutionAction, GateTask } from "../../plan/execution-graph.ts";
import { targetKey } from "../../target.ts";
import { queryWithin } from "../stage/query-within.ts";
import type { GateResults } from "./check-gates.ts";
import { isSame, mayKeepViews } from "./judge-by-view.ts";

/**
 * Does what is left of the assertions that the gate of this table has judged, at the end of the table's transaction:
 * each would need a transaction of its own. New views are made. One that is there stays when it means the same; to
 * replace it waits for its readers, which is left to its own action. Gives the keys of the assertions that are done when
 * the transaction is committed. When a view cannot be made, none is, and each is left to its own action, which says why.
 */
export async function makeJudgedViews(
  session: Session,
  action: ExecutionAction,
  { passed, views }: GateResults,
): Promise<string[]> {
  const { gates = [] } = action;
  if (!mayKeepViews(action)) return [];
  const viewOf = ({ target }: GateTask) => views.get(targetKey(target));
  const judged = gates.filter(({ target }) => passed.has(targetKey(target)));
  const left = judged.filter((gate) => viewOf(gate) === undefined);
  const missing = left.filter(({ isMadeWithTable }) => isMadeWithTable);
  const made = (await undoneOnError(session, () => makeViews(session, missing))) ?? [];
  const done = [...judged.filter(viewOf), ...made];
  for (const gate of left.filter(({ isThereWithTable }) => isThereWithTable)) {
    if (await undoneOnError(session, () => isSame(session, gate))) done.push(gate);
  }
  return done.map(({ target }) => targetKey(target));
}

async function makeViews(session: Session, gates: readonly GateTask[]): Promise<GateTask[]> {
  if (gates.length > 0) session.later(setSavepoint);
  const views = gates.map(({ target, task }) =>
    queryWithin(session, `create view ${qualifiedName(target)} as\n`, task.statement),
  );
  await inTurn(...views);
  return [...gates];
}

async function undoneOnError<T>(session: Session, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ActionFailure) || error.error.connectionLost) throw error;
    await session.query(undoSavepoint);
    return undefined;
  }
}
