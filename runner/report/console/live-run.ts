import type { ExecutionGraph } from "../../plan/execution-graph.ts";
import type { RunListener } from "../../results/run-event.ts";
import { targetKey } from "../../target.ts";
import { type Labels, labelOf, labelsOf } from "../action-labels.ts";
import { isWarning } from "../assertion-report.ts";
import { createEstimate, type Estimate } from "./estimated-end.ts";
import { type LiveAction, liveLines } from "./live-lines.ts";

/** What a live view needs to know beside the events of a run. */
export interface LiveRunOptions {
  /** Milliseconds since 1970. */
  now: () => number;
  /** When the work began. */
  startedAtMillis: number;
  /** Actions at the same time. */
  threads: number;
}

/**
 * Returns a listener to the events of a run, and a function that takes a number of lines and says in so
 * many at most what is going on.
 */
export function createLiveRun({ now, startedAtMillis, threads }: LiveRunOptions): {
  hear: RunListener;
  lines: (most: number) => string[];
} {
  let graph: ExecutionGraph = { schemas: [], actions: [] };
  let labels: Labels = new Map();
  let estimate: Estimate | undefined;
  let [failed, warnings] = [0, 0];
  const finished = new Set<string>();
  const running = new Map<string, LiveAction>();

  const hear: RunListener = (event) => {
    switch (event.type) {
      case "runStarted":
        graph = event.graph;
        labels = labelsOf(graph);
        break;
      case "usualDurations":
        estimate = createEstimate(graph, event.seconds, threads);
        break;
      case "actionStarted": {
        const { target } = event.action;
        const label = labelOf(labels, target);
        running.set(targetKey(target), { label, startedAtMillis: now(), waitsFor: [] });
        break;
      }
      case "actionWaiting": {
        const action = running.get(targetKey(event.action.target));
        if (action) action.waitsFor = event.waitsFor;
        break;
      }
      case "actionFinished": {
        const key = targetKey(event.result.target);
        running.delete(key);
        finished.add(key);
        if (event.result.status === "failed") failed += 1;
        if (isWarning(event.result)) warnings += 1;
        break;
      }
    }
  };

  function lines(most: number): string[] {
    const nowMillis = now();
    const state = {
      ...{ startedAtMillis, failed, warnings },
      total: graph.actions.length,
      finished: finished.size,
      running: [...running].map(([key, action]) => ({
        ...action,
        usualSeconds: estimate?.usualSeconds(key),
      })),
      estimatedEndMillis: estimate?.endMillis(nowMillis, finished, running),
    };
    return liveLines(state, nowMillis, most);
  }
  return { hear, lines };
}
