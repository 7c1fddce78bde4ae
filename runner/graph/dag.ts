/** A directed acyclic graph of string keys; every parent is itself a node. */
export interface Dag {
  readonly nodes: readonly string[];
  readonly parents: ReadonlyMap<string, ReadonlySet<string>>;
  readonly children: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Builds a graph from nodes and the parents of each; parents that are no nodes are left out. */
export function createDag(edges: ReadonlyMap<string, Iterable<string>>): Dag {
  const parents = new Map<string, Set<string>>();
  const children = new Map<string, Set<string>>();
  for (const node of edges.keys()) {
    parents.set(node, new Set());
    children.set(node, new Set());
  }
  for (const [node, wanted] of edges) {
    for (const parent of wanted) {
      if (!parents.has(parent)) continue;
      parents.get(node)?.add(parent);
      children.get(parent)?.add(node);
    }
  }
  return { nodes: [...edges.keys()], parents, children };
}

/** The nodes that can be reached from `start` along `direction`; `start` itself is included. */
export function closure(
  dag: Dag,
  start: Iterable<string>,
  direction: "parents" | "children",
): Set<string> {
  const reached = new Set<string>();
  const pending = [...start];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (reached.has(node)) continue;
    reached.add(node);
    pending.push(...(dag[direction].get(node) ?? []));
  }
  return reached;
}

/** The nodes so that every parent stands before its children; ties keep the order of insertion. */
export function topologicalOrder(dag: Dag): string[] {
  const missing = new Map(dag.nodes.map((node) => [node, dag.parents.get(node)?.size ?? 0]));
  const order = dag.nodes.filter((node) => missing.get(node) === 0);
  for (const node of order) {
    for (const child of dag.children.get(node) ?? []) {
      const left = (missing.get(child) ?? 0) - 1;
      missing.set(child, left);
      if (left === 0) order.push(child);
    }
  }
  return order;
}

/** One cycle as `a → b → a`, or undefined. Core reports cycles too; a plan is checked again. */
export function findCycle(dag: Dag): string[] | undefined {
  const ordered = new Set(topologicalOrder(dag));
  const first = dag.nodes.find((node) => !ordered.has(node));
  if (first === undefined) return undefined;
  const path: string[] = [];
  let node = first;
  while (!path.includes(node)) {
    path.push(node);
    node = [...(dag.parents.get(node) ?? [])].find((parent) => !ordered.has(parent)) ?? first;
  }
  return [...path.slice(path.indexOf(node)), node];
}
