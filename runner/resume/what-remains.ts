import type { WarehouseState } from "../database/warehouse/warehouse-state.ts";
import type { ExecutionAction, ExecutionGraph } from "../plan/execution-graph.ts";
import type { ActionResult } from "../results/run-result.ts";
import { targetKey } from "../target.ts";
import type { EarlierRun } from "./read-run-log.ts";
import type { RunLogTransaction } from "./run-log.ts";

/** What an earlier run has left for this one. */
export interface Remainder {
  /** Results of actions that are not run again, by `targetKey`. */
  reused: ReadonlyMap<string, ActionResult>;
  /**
   * Committed transactions of actions for which only the steps after the commit remain, by
   * `targetKey`.
   */
  published: ReadonlyMap<string, RunLogTransaction>;
}

/** What the decision is made of. */
export interface RemainderFacts {
  earlier: EarlierRun;
  /** Of the project as it is now. */
  fingerprints: ReadonlyMap<string, string>;
  state: WarehouseState;
  /** Numbers of the earlier run's transactions that PostgreSQL says are committed. */
  committed: ReadonlySet<string>;
}

/**
 * An action is not run again when it succeeded, has not changed, still has its relation, and none
 * of the actions that it depends on is run again. An action that committed but never reported back
 * is not published again.
 */
export function whatRemains(graph: ExecutionGraph, facts: RemainderFacts): Remainder {
  const reused = new Map<string, ActionResult>();
  const published = new Map<string, RunLogTransaction>();
  const settled = new Set<string>();
  for (const action of graph.actions) {
    const isBuiltOnSame = action.dependencyTargets.every((each) => settled.has(targetKey(each)));
    if (!isBuiltOnSame || !isThere(action, facts.state)) continue;
    const key = targetKey(action.target);
    const result = finishedResult(action, facts);
    if (result) settled.add(key);
    if (result && !action.disabled) reused.set(key, { ...result, reused: true });
    const transaction = result ? undefined : publishedBy(action, facts);
    if (transaction) published.set(key, transaction);
  }
  return { reused, published };
}

/** Returns the graph without publish tasks for actions that are published already. */
export function withoutPublished(graph: ExecutionGraph, { published }: Remainder): ExecutionGraph {
  const actions = graph.actions.map((action) => {
    if (!published.has(targetKey(action.target))) return action;
    const { jit: _, ...rest } = action;
    return { ...rest, tasks: [] };
  });
  return { ...graph, actions };
}

// Only what makes a relation has comments.
function isThere({ target, comments, disabled }: ExecutionAction, state: WarehouseState): boolean {
  return disabled || comments === undefined || state.relations.has(targetKey(target));
}

function finishedResult(
  { target, disabled }: ExecutionAction,
  { earlier, fingerprints }: RemainderFacts,
): ActionResult | undefined {
  const key = targetKey(target);
  const { fingerprint, result } = earlier.finished.get(key) ?? {};
  const isFinished = result?.status === (disabled ? "disabled" : "successful");
  return isFinished && fingerprint === fingerprints.get(key) ? result : undefined;
}

// The transaction of an assertion is committed also when it found rows.
function publishedBy(
  { target, type, disabled }: ExecutionAction,
  { earlier, fingerprints, committed }: RemainderFacts,
): RunLogTransaction | undefined {
  if (disabled || type === "assertion") return undefined;
  const key = targetKey(target);
  return earlier.transactions.find(
    (each) =>
      targetKey(each.target) === key &&
      each.fingerprint === fingerprints.get(key) &&
      committed.has(each.transactionId),
  );
}
