import type { ExecutionGraph } from "../../plan/execution-graph.ts";
import { targetKey } from "../../target.ts";

/** The usual durations of a graph's actions, and what follows from them. */
export interface Estimate {
  /** Seconds that an action usually takes; undefined for one that never ran. */
  usualSeconds(key: string): number | undefined;
  /** When the run will have ended; times in milliseconds since 1970, actions by `targetKey`. */
  endMillis(
    nowMillis: number,
    finished: ReadonlySet<string>,
    running: ReadonlyMap<string, { startedAtMillis: number }>,
  ): number;
}

/**
 * Takes a graph and the seconds that its actions usually take; returns undefined when less than half of
 * them are known. An action that is not known counts as the mean of the others. A run lasts as long as
 * its longest chain of dependencies, and as the sum of all actions divided by the number that run at
 * the same time, whichever is more.
 */
export function createEstimate(
  { actions }: ExecutionGraph,
  seconds: ReadonlyMap<string, number>,
  threads: number,
): Estimate | undefined {
  const keys = actions.map(({ target }) => targetKey(target));
  const known = keys.flatMap((key) => seconds.get(key) ?? []);
  if (known.length === 0 || known.length < keys.length / 2) return undefined;
  const mean = known.reduce((sum, each) => sum + each, 0) / known.length;
  const millisOf = (key: string) => 1000 * (seconds.get(key) ?? mean);
  const chains = chainsOf(actions, millisOf);
  return {
    usualSeconds: (key) => seconds.get(key),
    endMillis(nowMillis, finished, running) {
      let [sum, longest] = [0, 0];
      for (const [key, chain] of chains) {
        if (finished.has(key)) continue;
        const { startedAtMillis = nowMillis } = running.get(key) ?? {};
        const done = Math.min(millisOf(key), nowMillis - startedAtMillis);
        sum += millisOf(key) - done;
        longest = Math.max(longest, chain - done);
      }
      return nowMillis + Math.max(longest, sum / threads);
    },
  };
}

/** Milliseconds from the start of each action to the end of the longest chain that it begins. */
function chainsOf(
  actions: ExecutionGraph["actions"],
  millisOf: (key: string) => number,
): ReadonlyMap<string, number> {
  const after = new Map<string, number>();
  const chains = new Map<string, number>();
  // In this order an action comes after its dependencies.
  for (const { target, dependencyTargets } of actions.toReversed()) {
    const key = targetKey(target);
    const chain = millisOf(key) + (after.get(key) ?? 0);
    chains.set(key, chain);
    for (const dependency of dependencyTargets.map(targetKey)) {
      after.set(dependency, Math.max(chain, after.get(dependency) ?? 0));
    }
  }
  return chains;
}
