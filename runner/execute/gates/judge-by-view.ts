import type { Session } from "../../database/database.ts";
import { isTransient } from "../../database/failures/transient.ts";
import { inTurn } from "../../database/in-turn.ts";
import { setSavepoint, undoSavepoint } from "../../database/savepoint.ts";
import { ActionFailure } from "../../errors.ts";
import { qualifiedName } from "../../names/identifiers.ts";
import { temporaryName } from "../../names/temporary-name.ts";
import type { ExecutionAction, GateTask } from "../../plan/execution-graph.ts";
import { usesOf } from "../../relation/read-dependents.ts";
import type { AssertionOutcome } from "../../results/run-result.ts";
import { bareQuery } from "../../sql/bare-query.ts";
import { type Target, targetKey } from "../../target.ts";
import { queryWithin } from "../stage/query-within.ts";
import { isFailure, judgeAssertion } from "./judge-assertion.ts";
import { askForMark, type ViewMarks } from "./view-marks.ts";

/** What a view has found, and whether the view that is kept of the assertion is what its query makes it now. */
export interface JudgedByView {
  outcome: AssertionOutcome;
  isRight: boolean;
}

/** Whether the transaction of a table may make the views of its assertions: statements of the author make other settings. */
export function mayKeepViews({ tasks }: Pick<ExecutionAction, "tasks">): boolean {
  return tasks.every(({ type }) => type === "publish");
}

/**
 * Judges an assertion of a table as the session sees it, by the view that is kept of it: a new view stays when the
 * assertion passes, and the one that is there is compared with what its query would make it. So a view is made once and not
 * twice. `isUntouched`: nothing of the table has been changed, so that what the run has found out about the view when it began
 * is so still. Returns undefined when that is not possible; nothing is left of it then. Throws what the query throws.
 */
export async function judgeByView(
  session: Session,
  gate: GateTask,
  checked: Target,
  marks: ViewMarks,
  isUntouched: boolean,
): Promise<JudgedByView | undefined> {
  const key = targetKey(gate.target);
  const known = marks.known.get(key);
  const ask = async () => askForMark(session, gate, checked, gate.isMadeWithTable);
  const keep = (mark: string | undefined) => {
    if (mark ?? known) marks.found.set(key, mark ?? "");
  };
  if (gate.isMadeWithTable) return judgeByNewView(session, gate, { ask, keep });
  if (!gate.isThereWithTable) return undefined;
  const askAgain = isUntouched && marks.proved.has(key) ? async () => known : ask;
  const judged = known ? await judgeKnown(session, gate, known, askAgain) : undefined;
  return judged ?? judgeAndCompare(session, gate, { ask, keep });
}

/** Asks for the mark of a view, and keeps it when the view is what its query makes it. */
interface Marking {
  ask: () => Promise<string | undefined>;
  keep: (mark: string | undefined) => void;
}

const [outer, inner] = ["savepoint dataform_view", "savepoint dataform_judged"];

async function judgeByNewView(
  session: Session,
  gate: GateTask,
  { ask, keep }: Marking,
): Promise<JudgedByView | undefined> {
  const view = qualifiedName(gate.target);
  session.later(outer, "within");
  const made = queryWithin(session, `create view ${view} as\n`, gate.task.statement);
  session.later(inner, "within");
  const judged = judge(session, view, gate);
  try {
    const [, outcome, mark] = await inTurn(made, judged, ask());
    if (!isFailure(outcome)) keep(mark);
    // What functions of the query have written is undone, as in any gate.
    const back = isFailure(outcome) ? outer : inner;
    session.later(`rollback to ${back}; release ${back}`, "within");
    if (back === inner) session.later(`release ${outer}`, "within");
    return { outcome, isRight: true };
  } catch (error) {
    const isMade = !(await hasFailed(made));
    await undo(session, error, isMade, `rollback to ${outer}; release ${outer}`);
    if (isMade) throw error;
    return undefined;
  }
}

/** Judges by the query alone, when the view that is there has the mark that it had when it was what its query makes it. */
async function judgeKnown(
  session: Session,
  gate: GateTask,
  known: string,
  ask: Marking["ask"],
): Promise<JudgedByView | undefined> {
  session.later(inner, "within");
  const judged = judge(session, `(${bareQuery(gate.task.statement)}\n) as failing`, gate);
  const back = `rollback to ${inner}; release ${inner}`;
  try {
    const [outcome, mark] = await inTurn(judged, ask());
    session.later(back, "within");
    return mark === known ? { outcome, isRight: true } : undefined;
  } catch (error) {
    // The view says what is wrong, as an author knows it.
    await undo(session, error, true, back);
    return undefined;
  }
}

async function judgeAndCompare(
  session: Session,
  gate: GateTask,
  { ask, keep }: Marking,
): Promise<JudgedByView | undefined> {
  const view = temporaryName("gate");
  session.later(setSavepoint);
  const made = queryWithin(session, `create temp view ${view} as\n`, gate.task.statement);
  const judged = judge(session, view, gate);
  const marked = ask();
  const compared = isSameAs(session, gate, view);
  try {
    const [, outcome, mark, isRight] = await inTurn(made, judged, marked, compared);
    if (isRight) keep(mark);
    session.later(undoSavepoint);
    return { outcome, isRight };
  } catch (error) {
    const isCompared = !(await hasFailed(compared));
    await undo(session, error, isCompared, undoSavepoint);
    if (isCompared) throw error;
    return undefined;
  }
}

function judge(session: Session, view: string, { task }: GateTask): Promise<AssertionOutcome> {
  const whole = task.percentOf && qualifiedName(task.percentOf);
  return judgeAssertion(session, view, task, whole, task.inOneScan?.statement);
}

/** Goes back to a savepoint, unless the whole action is to fail or to be tried again for an error of the query. */
async function undo(
  session: Session,
  error: unknown,
  isOfQuery: boolean,
  text: string,
): Promise<void> {
  if (!(error instanceof ActionFailure) || error.error.connectionLost) throw error;
  if (isOfQuery && isTransient(error.error)) throw error;
  // A statement may have ended the transaction: the error of the work says more.
  await session.query(text).catch(() => undefined);
}

/** Whether PostgreSQL refused it; what was left out because of one before it was not. */
async function hasFailed(work: Promise<unknown>): Promise<boolean> {
  return work.then(
    () => false,
    (error) => error instanceof ActionFailure,
  );
}

/** Whether a view is what its query would make it now; nothing of the comparison stays. */
export async function isSame(session: Session, gate: GateTask): Promise<boolean> {
  const view = temporaryName("view");
  session.later(setSavepoint);
  const made = queryWithin(session, `create temp view ${view} as\n`, gate.task.statement);
  const [, isRight] = await inTurn(made, isSameAs(session, gate, view));
  session.later(undoSavepoint);
  return isRight;
}

async function isSameAs(session: Session, { target }: GateTask, view: string): Promise<boolean> {
  const { rows } = await session.catalogue(sameView, [view, qualifiedName(target)]);
  return rows[0]?.[0] === "t";
}

// A view of another role cannot be replaced: its own action says so.
const sameView = `
  select pg_get_viewdef(made.oid) = pg_get_viewdef(v.oid) and ${usesOf("made.oid")} = ${usesOf("v.oid")}
  from pg_class as made, pg_class as v
  where made.oid = to_regclass($1) and v.oid = to_regclass($2)
    and v.relkind = 'v' and pg_has_role(v.relowner, 'usage')`;
