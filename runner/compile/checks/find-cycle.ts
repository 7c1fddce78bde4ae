import { type Target, targetKey } from "../../target.ts";
import { actionsOf, type CompiledGraph } from "../compiled-graph.ts";

/**
 * Takes a compiled graph and one of its targets; returns the shortest way along dependencies from
 * that target back to it, both ends included, or undefined when there is none.
 */
export function findCycle(graph: CompiledGraph, start: Target): Target[] | undefined {
  const dependencies = new Map(
    actionsOf(graph).map(({ action }) => [
      targetKey(action.target),
      "dependencyTargets" in action ? (action.dependencyTargets ?? []) : [],
    ]),
  );
  const seen = new Set<string>();
  const paths = [[start]];
  for (let way = paths.shift(); way !== undefined; way = paths.shift()) {
    const last = way.at(-1) ?? start;
    for (const next of dependencies.get(targetKey(last)) ?? []) {
      if (targetKey(next) === targetKey(start)) return [...way, start];
      if (seen.has(targetKey(next))) continue;
      seen.add(targetKey(next));
      paths.push([...way, next]);
    }
  }
  return undefined;
}
