import type { ExecutionGraph } from "../plan/execution-graph.ts";
import { rowsOf } from "../results/rows-of.ts";
import type { ActionResult } from "../results/run-result.ts";
import { targetKey } from "../target.ts";
import { actionRow, assertionRow, checkedBy, type HistoryBatch } from "./history-rows.ts";

/**
 * Takes the graph of a run; returns a function that turns its results, in the order of their arrival,
 * into rows.
 */
export function rowsOfRun(
  graph: ExecutionGraph,
  startTimeMillis: number,
): (result: ActionResult) => HistoryBatch {
  const dependencies = new Map(
    graph.actions.map((action) => [
      targetKey(action.target),
      action.dependencyTargets.map(targetKey),
    ]),
  );
  const ends = new Map<string, number>();
  const rowsOfTables = new Map<string, number | undefined>();
  const queueOf = (result: ActionResult, key: string): number | undefined => {
    if (result.tasks.length === 0 || result.reused) return undefined;
    const parents = (dependencies.get(key) ?? []).map((each) => ends.get(each) ?? 0);
    const ready = Math.max(startTimeMillis, ...parents);
    return Math.max(0, result.timing.startTimeMillis - ready);
  };
  return (result) => {
    const key = targetKey(result.target);
    const checked = checkedBy(result);
    const facts = {
      queueMillis: queueOf(result, key),
      checkedRows: checked && rowsOfTables.get(targetKey(checked)),
    };
    ends.set(key, result.timing.endTimeMillis);
    if (result.type === "table" && !result.reused) rowsOfTables.set(key, rowsOf(result));
    const assertion = assertionRow(result, facts);
    return { actions: [actionRow(result, facts)], assertions: assertion ? [assertion] : [] };
  };
}
