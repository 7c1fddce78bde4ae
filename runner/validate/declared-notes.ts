import type { Database } from "../database/database.ts";
import { ActionFailure } from "../errors.ts";
import { expectedKeys } from "../execute/increments/expected-keys.ts";
import { commentNotes, missingColumns } from "../execute/reconcile/comments.ts";
import { differences } from "../execute/reconcile/reconcile.ts";
import { distributionChange, distributionNotes } from "../plan/distribution/notes.ts";
import type { ExecutionAction, ExecutionGraph } from "../plan/execution-graph.ts";
import type { ActionFinding, PlanFindings } from "../results/plan-findings.ts";
import { targetKey } from "../target.ts";
import { type ChangeNote, changeNotes } from "./change-notes.ts";
import {
  type PlannedReplacement,
  plannedReplacement,
  replacesRows,
} from "./planned-replacement.ts";

/** What findings are completed from. */
export interface PlanFacts {
  graph: ExecutionGraph;
  /** Actions, by `targetKey`, whose definition is that of their last run. */
  unchanged: ReadonlySet<string>;
  /** Whether incremental tables are made anew. */
  fullRefresh?: boolean | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * Adds to the findings how tables would get their rows, what would make readers wait, and which
 * indexes, constraints, grants and the like a run would change.
 */
export async function withDeclaredNotes(
  findings: PlanFindings,
  database: Database,
  facts: PlanFacts,
): Promise<PlanFindings> {
  const changes = changeNotes(facts.graph);
  const actions: ActionFinding[] = [];
  for (const [index, finding] of findings.actions.entries()) {
    const action = facts.graph.actions[index];
    const change = changes.get(targetKey(finding.target));
    actions.push(action ? await completed(finding, action, change, database, facts) : finding);
  }
  return { ...findings, actions };
}

async function completed(
  finding: ActionFinding,
  action: ExecutionAction,
  change: ChangeNote | undefined,
  database: Database,
  { unchanged, fullRefresh = false, signal }: PlanFacts,
): Promise<ActionFinding> {
  const declared = [
    ...distributionChange(action),
    ...(await notesOf(action, finding, database, signal)),
  ];
  const replacement = replacesRows(finding)
    ? await replacementOf(action, finding, database, signal)
    : undefined;
  const notes = [
    ...(finding.notes ?? []),
    ...(change ? [change.note] : []),
    ...(replacement?.warnings ?? []),
    ...(await keysOf(action, database, signal)),
    ...distributionNotes(action),
    ...declared,
  ];
  const isRebuilt = fullRefresh && action.type === "incremental";
  const isSame = unchanged.has(targetKey(finding.target)) && !isRebuilt;
  const isUnchanged = change ? change.isUnchanged : isSame && declared.length === 0;
  return {
    ...finding,
    ...(isUnchanged && changesNothing(finding) && { unchanged: true as const }),
    ...(replacement && { replacement: replacement.how }),
    ...(notes.length > 0 && { notes }),
  };
}

function changesNothing({ effect, dropsFirst, status, columnChanges }: ActionFinding): boolean {
  const isMade = effect === "create" || effect === "rebuild" || dropsFirst !== undefined;
  return !isMade && status !== "failed" && columnChanges.length === 0;
}

/**
 * The changes of a run to the declared objects of a relation, and the objects that cannot be
 * described.
 */
async function notesOf(
  action: ExecutionAction,
  { columns }: ActionFinding,
  database: Database,
  signal?: AbortSignal,
): Promise<string[]> {
  const { comments, postgres, disabled } = action;
  const isCompared = !disabled && (postgres ?? comments?.remembered) !== undefined;
  return [
    ...(isCompared ? await changesOf(action, database, signal) : []),
    ...(comments && columns ? missingColumns(comments, columns) : []),
  ];
}

// A plan does not wait for locks; a locked table is not compared.
async function changesOf(
  action: ExecutionAction,
  database: Database,
  signal?: AbortSignal,
): Promise<string[]> {
  try {
    return await database.session(async ({ own: session }) => {
      await session.query("set lock_timeout = '1s'");
      const { comments, target } = action;
      const notes = comments ? await commentNotes(session, target, comments) : [];
      return [...(await differences(session, action)), ...notes];
    }, signal);
  } catch (error) {
    if (!(error instanceof ActionFailure)) throw error;
    return [`its postgres block was not compared: ${error.message}`];
  }
}

/** Which keys a table that follows others would compute, as far as the database can tell now. */
async function keysOf(
  action: ExecutionAction,
  database: Database,
  signal?: AbortSignal,
): Promise<string[]> {
  if (!action.increment || action.disabled) return [];
  try {
    return await database.session(async (session) => {
      await session.query(
        "begin; set local statement_timeout = '15s'; set local lock_timeout = '1s'",
      );
      try {
        return await expectedKeys(session, action);
      } finally {
        await session.query("rollback");
      }
    }, signal);
  } catch (error) {
    if (!(error instanceof ActionFailure)) throw error;
    return [`its changed keys were not counted: ${error.message}`];
  }
}

async function replacementOf(
  action: ExecutionAction,
  finding: ActionFinding,
  database: Database,
  signal?: AbortSignal,
): Promise<PlannedReplacement | undefined> {
  try {
    return await database.session(async ({ own: session }) => {
      await session.query("begin; set local lock_timeout = '1s'");
      try {
        return await plannedReplacement(session, action, finding);
      } finally {
        await session.query("rollback");
      }
    }, signal);
  } catch (error) {
    if (!(error instanceof ActionFailure)) throw error;
    return undefined;
  }
}
