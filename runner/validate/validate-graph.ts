import type { Database, Session } from "../database/database.ts";
import { afterSavepoint } from "../database/savepoint.ts";
import { readWarehouseState, type WarehouseState } from "../database/warehouse/warehouse-state.ts";
import { ActionFailure, type SqlError } from "../errors.ts";
import { isMissingColumn, withColumnHint, withDisabledHint } from "../explain-missing.ts";
import type { ExecutionAction, ExecutionGraph } from "../plan/execution-graph.ts";
import { readRelation } from "../relation/relation.ts";
import type { ActionFinding, PlanFindings } from "../results/plan-findings.ts";
import { tooDeep } from "../sql/parse-sql.ts";
import { type Target, targetKey, targetName } from "../target.ts";
import { type ActionTrace, checkAction } from "./check-action.ts";
import { describeAction } from "./describe-action.ts";
import { createOverlay, type Overlay } from "./overlay.ts";
import { originalError } from "./send-moved.ts";
import { putOverlayFirst } from "./set-for-action.ts";

/** The result for an action after PostgreSQL has checked it. */
export type Outcome = Pick<ActionFinding, "status" | "reason" | "error" | "uncheckedStatements">;

/**
 * Takes an execution graph and lets PostgreSQL check it: in one transaction that is rolled back,
 * all relations are made without rows, in graph order and in schemas of the plan. No lock blocks
 * readers or writers (docs/decisions/0011). Returns the effect of each action; an error in its SQL
 * is a finding. Throws a RunnerError when it is cancelled or the connection breaks.
 */
export async function validateGraph(
  graph: ExecutionGraph,
  state: WarehouseState,
  database: Database,
  signal?: AbortSignal,
): Promise<PlanFindings> {
  return database.session(async ({ own: session }) => {
    await session.query(begin);
    try {
      const overlay = await openOverlay(session);
      if (typeof overlay === "string") return unvalidated(graph, state, overlay);
      // What is asked at the end has its locks then, when the relations of the plan have taken all others.
      await readPlanned(session, overlay);
      const inGraph = new Set(graph.actions.map(({ target }) => targetKey(target)));
      const outcomes = await checkActions(graph, state, { session, overlay, inGraph });
      const planned = await readPlanned(session, overlay);
      const actions = graph.actions.map((action) => {
        const key = targetKey(action.target);
        const outcome = outcomes.get(key) ?? notChecked("it was not reached");
        return describeAction(action, outcome, state.relations.get(key), planned.get(key));
      });
      return { validated: true, actions };
    } finally {
      await session.query("rollback");
    }
  }, signal);
}

// A plan does not wait: relations that are locked or slow are reported as not checked.
const begin = `
  begin;
  set local lock_timeout = '1s';
  set local statement_timeout = '15s';
  set local idle_in_transaction_session_timeout = '60s'`;

// insufficient_privilege, read_only_sql_transaction
const mayNotCreate = new Set(["42501", "25006"]);

async function openOverlay(session: Session): Promise<Overlay | string> {
  try {
    const overlay = await createOverlay(session);
    await putOverlayFirst(session, overlay);
    return overlay;
  } catch (error) {
    if (!(error instanceof ActionFailure && mayNotCreate.has(error.error.sqlstate ?? "")))
      throw error;
    return `PostgreSQL did not check this plan, because the role may not create schemas: ${error.error.message}`;
  }
}

function unvalidated(graph: ExecutionGraph, state: WarehouseState, notice: string): PlanFindings {
  const actions = graph.actions.map((action) =>
    describeAction(action, notChecked("see above"), state.relations.get(targetKey(action.target))),
  );
  return { validated: false, notice, actions };
}

interface Place {
  session: Session;
  overlay: Overlay;
  inGraph: ReadonlySet<string>;
}

async function checkActions(
  graph: ExecutionGraph,
  state: WarehouseState,
  place: Place,
): Promise<Map<string, Outcome>> {
  const outcomes = new Map<string, Outcome>();
  // For each action the one above it (or itself) whose statements may make what a plan cannot see.
  const blind = new Map<string, Target>();
  let full: Outcome | undefined;
  for (const action of graph.actions) {
    const key = targetKey(action.target);
    const blocked = blockedBy(action, outcomes) ?? madeLater(action) ?? full;
    const above = action.dependencyTargets.flatMap((each) => blind.get(targetKey(each)) ?? [])[0];
    if (above) blind.set(key, above);
    const trace: ActionTrace = { unchecked: [], mayCreate: false, undo: [] };
    const checked = blocked ?? (await checkOne(action, state, place, trace));
    if (trace.mayCreate) blind.set(key, action.target);
    if (trace.isFull) full = checked;
    const outcome = doubt(checked, blind.get(key));
    outcomes.set(key, await missing(action, outcome, state, place, trace));
  }
  return outcomes;
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
  trace: ActionTrace,
): Promise<Outcome> {
  const goBack = overlay.mark();
  const { target } = action;
  const current = state.relations.get(targetKey(target))?.columns;
  try {
    await afterSavepoint(session, async () => {
      const { distribution } = action;
      const context = { session, overlay, target, distribution, current, inGraph };
      await checkAction(action, context, trace);
      // Its own temporary tables and settings end with the session of an action.
      await session.query("discard temp");
    });
    await undo(session, trace);
    return { status: "checked", uncheckedStatements: trace.unchecked };
  } catch (error) {
    if (!(error instanceof ActionFailure) || error.error.connectionLost) throw error;
    await session.query("deallocate all");
    await undo(session, trace);
    goBack();
    trace.isFull = error.error.sqlstate === outOfMemory;
    const original = originalError(error.error, overlay);
    return outcomeOf(await explained(original, action, session, overlay), trace);
  }
}

async function explained(
  error: SqlError,
  { parentTarget, missingDisabled }: ExecutionAction,
  session: Session,
  overlay: Overlay,
): Promise<SqlError> {
  if (!parentTarget || !isMissingColumn(error)) return withDisabledHint(error, missingDisabled);
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

// The server's table of locks is full, for other sessions too: nothing more is made then.
const outOfMemory = "53200";

// lock_not_available, query_canceled, deadlock_detected, statement_too_complex (for the parser, whose
// stack is smaller than the server's)
const passing = new Set(["55P03", "57014", "40P01", outOfMemory, tooDeep]);

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
  { mayCreate }: ActionTrace,
): Promise<Outcome> {
  const isMade = overlay.has(action.target) || state.relations.has(targetKey(action.target));
  if (outcome.status !== "checked" || !mayCreate || isMade || !action.comments) return outcome;
  const reason = "its relation is made by a statement that a plan does not execute";
  return { ...outcome, status: "notChecked", reason };
}

function notChecked(reason: string): Outcome {
  return { status: "notChecked", reason, uncheckedStatements: [] };
}

/** The relations of the overlay under the names that they stand for. */
async function readPlanned(
  session: Session,
  overlay: Overlay,
): Promise<WarehouseState["relations"]> {
  const schemas = new Map([...overlay.schemas()].map(([schema, name]) => [name, schema]));
  const { relations } = await readWarehouseState(session, [...schemas.keys()]);
  const planned: WarehouseState["relations"] = new Map();
  for (const [key, relation] of relations) {
    const [schema = "", name = ""] = JSON.parse(key) as string[];
    const columns = relation.columns.map((column) => ({
      ...column,
      type: overlay.original(column.type),
    }));
    const target = { schema: schemas.get(schema) ?? schema, name };
    if (overlay.has(target)) planned.set(targetKey(target), { ...relation, columns });
  }
  return planned;
}
