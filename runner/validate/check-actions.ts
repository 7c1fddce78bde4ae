import type { Session } from "../database/database.ts";
import { afterSavepoint } from "../database/savepoint.ts";
import type { WarehouseState } from "../database/warehouse/warehouse-state.ts";
import { ActionFailure, type SqlError } from "../errors.ts";
import { isMissingColumn, withColumnHint, withRelationHint } from "../explain-missing.ts";
import type { ExecutionAction, ExecutionGraph } from "../plan/execution-graph.ts";
import { readRelation } from "../relation/relation.ts";
import type { ActionFinding } from "../results/plan-findings.ts";
import { tooDeep } from "../sql/parse-sql.ts";
import { type Target, targetKey, targetName } from "../target.ts";
import { bringForAction } from "./bring-for-action.ts";
import { type ActionTrace, checkAction } from "./check-action.ts";
import { needsNewPart, notMadeAgain } from "./earlier-parts.ts";
import type { Overlay } from "./overlay.ts";
import { outOfMemory, type Parts } from "./parts.ts";
import { originalError } from "./send-moved.ts";

/** The result for an action after PostgreSQL has checked it. */
export type Outcome = Pick<
  ActionFinding,
  "status" | "reason" | "error" | "uncheckedStatements" | "notes"
>;

/** Where actions are checked. */
export interface Place {
  session: Session;
  overlay: Overlay;
  parts: Parts;
  /** The keys of the targets of all actions. */
  inGraph: ReadonlySet<string>;
}

/** Has PostgreSQL check the actions of a graph in its order; returns the outcomes by `targetKey`. */
export async function checkActions(
  graph: ExecutionGraph,
  state: WarehouseState,
  place: Place,
): Promise<Map<string, Outcome>> {
  const outcomes = new Map<string, Outcome>();
  // For each action the one above it (or itself) whose statements may make what a plan cannot see.
  const blind = new Map<string, Target>();
  for (const action of graph.actions) {
    const key = targetKey(action.target);
    const blocked: Checked | undefined = blockedBy(action, outcomes) ?? madeLater(action);
    const above = action.dependencyTargets.flatMap((each) => blind.get(targetKey(each)) ?? [])[0];
    if (above) blind.set(key, above);
    const { trace, ...checked } = blocked ?? (await checkInPart(action, state, place));
    if (trace?.mayCreate) blind.set(key, action.target);
    const outcome = doubt(checked, blind.get(key));
    outcomes.set(key, await missing(action, outcome, state, place, trace));
  }
  return outcomes;
}

type Checked = Outcome & { trace?: ActionTrace };

/** In a new transaction when the present one has no room for the action, or not what it changes. */
async function checkInPart(
  action: ExecutionAction,
  state: WarehouseState,
  place: Place,
): Promise<Checked> {
  await place.parts.makeRoom();
  const first = await checkOne(action, state, place);
  const { endsPart } = first.trace;
  if (endsPart === undefined || !(await place.parts.beginAnew(endsPart))) return first;
  return checkOne(action, state, place);
}

function madeLater({ jit }: ExecutionAction): Outcome | undefined {
  return jit && notChecked("its SQL is made by code during the run");
}

function blockedBy(
  action: ExecutionAction,
  outcomes: ReadonlyMap<string, Outcome>,
): Outcome | undefined {
  if (action.disabled) return undefined;
  for (const target of action.dependencyTargets) {
    const status = outcomes.get(targetKey(target))?.status;
    if (status === "failed") return notChecked(`${targetName(target)} failed`);
    if (status === "notChecked") return notChecked(`${targetName(target)} is not checked`);
  }
  return undefined;
}

/** One action between savepoints: whatever happens, the next one finds a sound transaction. */
async function checkOne(
  action: ExecutionAction,
  state: WarehouseState,
  { session, overlay, inGraph }: Place,
): Promise<Outcome & { trace: ActionTrace }> {
  const trace: ActionTrace = { unchecked: [], mayCreate: false, undo: [], notes: [] };
  const goBack = overlay.mark();
  const { target } = action;
  const current = state.relations.get(targetKey(target))?.columns;
  try {
    await afterSavepoint(session, async () => {
      await bringForAction(action, overlay);
      const { distribution } = action;
      const context = { session, overlay, target, distribution, current, inGraph };
      await checkAction(action, context, trace);
      // Its own temporary tables and settings end with the session of an action.
      await session.query("discard temp");
    });
    await undo(session, trace);
    const { unchecked, notes } = trace;
    return {
      ...{ status: "checked", uncheckedStatements: unchecked, trace },
      ...(notes.length > 0 && { notes }),
    };
  } catch (error) {
    if (!(error instanceof ActionFailure) || error.error.connectionLost) throw error;
    await session.query("deallocate all");
    await undo(session, trace);
    goBack();
    const { sqlstate } = error.error;
    if (sqlstate === outOfMemory || sqlstate === needsNewPart) trace.endsPart = sqlstate;
    const original = originalError(error.error, overlay);
    return { ...outcomeOf(await explained(original, action, session, overlay), trace), trace };
  }
}

async function explained(
  error: SqlError,
  action: ExecutionAction,
  session: Session,
  overlay: Overlay,
): Promise<SqlError> {
  const { parentTarget } = action;
  if (!parentTarget || !isMissingColumn(error)) return withRelationHint(error, action);
  await overlay.earlier.bring(parentTarget.name);
  const place = overlay.has(parentTarget) ? await overlay.take(parentTarget) : parentTarget;
  const columns = (await readRelation(session, place))?.columns ?? [];
  return withColumnHint(
    error,
    parentTarget,
    columns.map(({ name }) => name),
  );
}

async function undo(session: Session, { undo }: ActionTrace): Promise<void> {
  for (const statement of undo) await session.statement(statement);
}

// lock_not_available, query_canceled, deadlock_detected, statement_too_complex (for the parser, whose
// stack is smaller than the server's)
const passing = new Set(["55P03", "57014", "40P01", outOfMemory, tooDeep, notMadeAgain]);

function outcomeOf(error: SqlError, { unchecked }: ActionTrace): Outcome {
  if (!passing.has(error.sqlstate ?? "")) {
    return { status: "failed", error, uncheckedStatements: unchecked };
  }
  const { message, detail, hint, blockedBy } = error;
  const advice = error.sqlstate === outOfMemory && hint ? ` (${hint})` : "";
  const more = blockedBy ? ` (${detail}; ${hint})` : advice;
  return { ...notChecked(`${message}${more}`), uncheckedStatements: unchecked };
}

// undefined table, function, object, schema
const undefinedStates = new Set(["42P01", "42883", "42704", "3F000"]);

/** Something that is missing may be made by a statement that only the run executes. */
function doubt(outcome: Outcome, blind: Target | undefined): Outcome {
  const { status, error, uncheckedStatements } = outcome;
  if (status !== "failed" || !blind || !undefinedStates.has(error?.sqlstate ?? "")) return outcome;
  const maker = `a statement of ${targetName(blind)} that a plan does not execute`;
  const reason = `${error?.message}; it may be made by ${maker}`;
  return { status: "notChecked", reason, uncheckedStatements };
}

/** An operation that makes its relation in a way that a plan does not execute. */
async function missing(
  action: ExecutionAction,
  outcome: Outcome,
  state: WarehouseState,
  { overlay }: Place,
  trace: ActionTrace | undefined,
): Promise<Outcome> {
  const isMade = overlay.has(action.target) || state.relations.has(targetKey(action.target));
  if (outcome.status !== "checked" || !trace?.mayCreate || isMade || !action.comments)
    return outcome;
  const reason = "its relation is made by a statement that a plan does not execute";
  return { ...outcome, status: "notChecked", reason };
}

/** The outcome of an action that was not checked. */
export function notChecked(reason: string): Outcome {
  return { status: "notChecked", reason, uncheckedStatements: [] };
}
