import type { Database, Session } from "../database/database.ts";
import type { WarehouseState } from "../database/warehouse/warehouse-state.ts";
import { ActionFailure } from "../errors.ts";
import type { ExecutionGraph } from "../plan/execution-graph.ts";
import type { PlanFindings } from "../results/plan-findings.ts";
import { targetKey } from "../target.ts";
import { checkActions, notChecked } from "./check-actions.ts";
import { describeAction } from "./describe-action.ts";
import { createOverlay, type Overlay } from "./overlay.ts";
import { beginPart, createParts } from "./parts.ts";
import { putOverlayFirst } from "./set-for-action.ts";

/** Options of `validateGraph`. */
export interface ValidateOptions {
  signal?: AbortSignal | undefined;
  /** The locks that one transaction may hold; half of what the server has by default. */
  locks?: number | undefined;
}

/**
 * Takes an execution graph and lets PostgreSQL check it: all relations are made without rows, in graph
 * order and in schemas of the plan, in a transaction that is rolled back, or in several when the
 * server has few locks. No lock blocks readers or writers (docs/decisions/0011, 0062). Returns the effect of each action; an error in its SQL
 * is a finding. Throws a RunnerError when it is cancelled or the connection breaks.
 */
export async function validateGraph(
  graph: ExecutionGraph,
  state: WarehouseState,
  database: Database,
  { signal, locks }: ValidateOptions = {},
): Promise<PlanFindings> {
  return database.session(async ({ own: session }) => {
    await session.query(beginPart);
    try {
      const waits = graph.actions.some(({ waitsForNodes }) => waitsForNodes);
      const overlay = await openOverlay(session, waits ? state.citus?.tables : undefined);
      if (typeof overlay === "string") return unvalidated(graph, state, overlay);
      const parts = await createParts(session, overlay, locks);
      const inGraph = new Set(graph.actions.map(({ target }) => targetKey(target)));
      const outcomes = await checkActions(graph, state, { session, overlay, parts, inGraph });
      const planned = await parts.finish();
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

// insufficient_privilege, read_only_sql_transaction
const mayNotCreate = new Set(["42501", "25006"]);

async function openOverlay(
  session: Session,
  spreadTables: Overlay["spreadTables"],
): Promise<Overlay | string> {
  try {
    const overlay = await createOverlay(session, spreadTables);
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
