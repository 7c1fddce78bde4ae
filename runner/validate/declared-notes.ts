import type { Database } from "../database/database.ts";
import { SqlFailure } from "../errors.ts";
import { differences } from "../execute/reconcile/reconcile.ts";
import type { ExecutionAction, ExecutionGraph } from "../plan/execution-graph.ts";
import type { ActionFinding, PlanFindings } from "./findings.ts";
import {
  type PlannedReplacement,
  plannedReplacement,
  replacesRows,
} from "./planned-replacement.ts";

/**
 * The findings with how tables would get their rows, what would keep readers waiting and what a run would change of indexes,
 * constraints, grants and the like.
 */
export async function withDeclaredNotes(
  findings: PlanFindings,
  graph: ExecutionGraph,
  database: Database,
  signal?: AbortSignal,
): Promise<PlanFindings> {
  const actions = [];
  for (const [index, finding] of findings.actions.entries()) {
    const action = graph.actions[index];
    const declares = action?.postgres !== undefined && !action.disabled;
    const declared = declares ? await notesOf(action, database, signal) : [];
    const replacement =
      action && replacesRows(finding)
        ? await replacementOf(action, finding, database, signal)
        : undefined;
    const notes = [...(replacement?.warnings ?? []), ...declared];
    actions.push({
      ...finding,
      ...(replacement && { replacement: replacement.how }),
      ...(notes.length > 0 && { notes }),
    });
  }
  return { ...findings, actions };
}

// A plan waits for nobody; a table that is locked is not compared.
async function notesOf(
  action: ExecutionAction,
  database: Database,
  signal?: AbortSignal,
): Promise<string[]> {
  try {
    return await database.session(async (session) => {
      await session.query("set lock_timeout = '1s'");
      return await differences(session, action);
    }, signal);
  } catch (error) {
    if (!(error instanceof SqlFailure)) throw error;
    return [`its postgres block was not compared: ${error.message}`];
  }
}

async function replacementOf(
  action: ExecutionAction,
  finding: ActionFinding,
  database: Database,
  signal?: AbortSignal,
): Promise<PlannedReplacement | undefined> {
  try {
    return await database.session(async (session) => {
      await session.query("set lock_timeout = '1s'");
      return await plannedReplacement(session, action, finding);
    }, signal);
  } catch (error) {
    if (!(error instanceof SqlFailure)) throw error;
    return undefined;
  }
}
