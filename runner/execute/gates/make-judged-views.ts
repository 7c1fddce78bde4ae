import type { Session } from "../../database/database.ts";
import { inTurn } from "../../database/in-turn.ts";
import { setSavepoint, undoSavepoint } from "../../database/savepoint.ts";
import { ActionFailure } from "../../errors.ts";
import { qualifiedName } from "../../names/identifiers.ts";
import { temporaryName } from "../../names/temporary-name.ts";
import type { ExecutionAction, GateTask } from "../../plan/execution-graph.ts";
import { usesOf } from "../../relation/read-dependents.ts";
import { targetKey } from "../../target.ts";
import { queryWithin } from "../stage/query-within.ts";
import type { GateResults } from "./check-gates.ts";

/**
 * Does what is left of the assertions that the gate of this table has judged, at the end of the table's transaction:
 * each would need a transaction of its own. New views are made. One that is there stays when it means the same; to
 * replace it waits for its readers, which is left to its own action. Gives the keys of the assertions that are done when
 * the transaction is committed. When a view cannot be made, none is, and each is left to its own action, which says why.
 */
export async function makeJudgedViews(
  session: Session,
  { gates = [], tasks }: ExecutionAction,
  { passed }: GateResults,
): Promise<string[]> {
  // Settings that statements of the author have made are not those of the assertion.
  const isPlain = tasks.every(({ type }) => type === "publish");
  const judged = isPlain ? gates.filter(({ target }) => passed.has(targetKey(target))) : [];
  const missing = judged.filter(({ isMadeWithTable }) => isMadeWithTable);
  const done = (await undoneOnError(session, () => makeViews(session, missing))) ?? [];
  for (const gate of judged.filter(({ isThereWithTable }) => isThereWithTable)) {
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

/** Whether a view is what its query would make it now; nothing of the comparison stays. */
async function isSame(session: Session, { target, task }: GateTask): Promise<boolean> {
  const view = temporaryName("view");
  session.later(setSavepoint);
  const made = queryWithin(session, `create temp view ${view} as\n`, task.statement);
  const [, { rows }] = await inTurn(
    made,
    session.catalogue(sameView, [view, qualifiedName(target)]),
  );
  session.later(undoSavepoint);
  return rows[0]?.[0] === "t";
}

// A view of another role cannot be replaced: its own action says so.
const sameView = `
  select pg_get_viewdef(made.oid) = pg_get_viewdef(v.oid) and ${usesOf("made.oid")} = ${usesOf("v.oid")}
  from pg_class as made, pg_class as v
  where made.oid = to_regclass($1) and v.oid = to_regclass($2)
    and v.relkind = 'v' and pg_has_role(v.relowner, 'usage')`;

async function undoneOnError<T>(session: Session, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ActionFailure) || error.error.connectionLost) throw error;
    await session.query(undoSavepoint);
    return undefined;
  }
}
