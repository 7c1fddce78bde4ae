/** A graph of nodes by their number: what each reads, and what reads it. */
export interface Links {
  parents: readonly (readonly number[])[];
  children: readonly (readonly number[])[];
}

/**
 * The layer of each node: one more than that of the last thing it reads. What reads nothing stands
 * next to the first thing that reads it. An edge that closes a cycle is not followed.
 */
export function layersOf({ parents, children }: Links): number[] {
  const layers: number[] = [];
  for (const node of inOrder(parents)) {
    const below = (parents[node] ?? []).map((parent) => layers[parent] ?? -1);
    layers[node] = Math.max(-1, ...below) + 1;
  }
  return layers.map((layer, node) => {
    const above = (children[node] ?? []).map((child) => layers[child] ?? 0);
    return layer === 0 && above.length > 0 ? Math.max(0, Math.min(...above) - 1) : layer;
  });
}

/** Nodes in an order in which what they read comes before them; without recursion, however deep it is. */
function inOrder(parents: Links["parents"]): number[] {
  const order: number[] = [];
  const seen = new Set<number>();
  for (const start of parents.keys()) {
    if (seen.has(start)) continue;
    seen.add(start);
    const stack = [{ node: start, left: [...(parents[start] ?? [])] }];
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const parent = top.left.pop();
      if (parent === undefined) {
        order.push(top.node);
        stack.pop();
      } else if (!seen.has(parent)) {
        seen.add(parent);
        stack.push({ node: parent, left: [...(parents[parent] ?? [])] });
      }
    }
  }
  return order;
}
