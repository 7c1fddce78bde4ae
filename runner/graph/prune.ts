import { closure, createDag, type Dag, topologicalOrder } from "./dag.ts";

/** Which nodes to keep, and whether their neighbours come with them. */
export interface PruneOptions {
  selected: ReadonlySet<string>;
  includeParents: boolean;
  includeChildren: boolean;
}

/**
 * The selected part of the graph. Order through nodes that were left out is kept: with a → b → c
 * and b left out, c still waits for a.
 */
export function prune(dag: Dag, options: PruneOptions): Dag {
  const kept = new Set(options.selected);
  if (options.includeParents) addAll(kept, closure(dag, options.selected, "parents"));
  if (options.includeChildren) addAll(kept, closure(dag, options.selected, "children"));
  const nearestKept = new Map<string, Set<string>>();
  const edges = new Map<string, Set<string>>();
  for (const node of topologicalOrder(dag)) {
    const parents = new Set<string>();
    for (const parent of dag.parents.get(node) ?? []) {
      if (kept.has(parent)) parents.add(parent);
      else addAll(parents, nearestKept.get(parent) ?? []);
    }
    nearestKept.set(node, parents);
    if (kept.has(node)) edges.set(node, parents);
  }
  return createDag(edges);
}

function addAll(set: Set<string>, more: Iterable<string>): void {
  for (const item of more) set.add(item);
}
