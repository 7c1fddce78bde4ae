import type { GraphData, Searchable } from "../../data.ts";

/** A node as it is drawn. */
export interface Node {
  page: string;
  name: string;
  kind: string;
  folder: string;
  tags: string[];
  state: string;
  x: number;
  y: number;
  parents: Node[];
  children: Node[];
}

export const nodeWidth = 200;
export const nodeHeight = 26;

/** The nodes of the graph with their neighbours; what is searched says the rest of them. */
export function nodesOf({ nodes, edges }: GraphData, actions: readonly Searchable[]): Node[] {
  const made = nodes.map(([place, state, x, y]): Node => {
    const [page = "", name = "", kind = "", folder = "", , , tags = []] = actions[place] ?? [];
    return { page, name, kind, folder, tags, state, x, y, parents: [], children: [] };
  });
  for (const [from, to] of edges) {
    const [parent, child] = [made[from], made[to]];
    if (!parent || !child) continue;
    parent.children.push(child);
    child.parents.push(parent);
  }
  return made;
}

/** Everything that a node reads, be it by others, and everything that reads it; with itself. */
export function kinOf(node: Node): Set<Node> {
  const kin = new Set<Node>([node]);
  for (const way of ["parents", "children"] as const) {
    const queue = [node];
    for (let next = queue.pop(); next; next = queue.pop()) {
      for (const each of next[way]) {
        if (kin.has(each)) continue;
        kin.add(each);
        queue.push(each);
      }
    }
  }
  return kin;
}

/** The node under a point of the graph. */
export function nodeAt(nodes: readonly Node[], x: number, y: number): Node | undefined {
  return nodes.find(
    (node) => x >= node.x && x <= node.x + nodeWidth && y >= node.y && y <= node.y + nodeHeight,
  );
}

/** The node that an arrow key leads to: a neighbour by a link, or the next one above or below. */
export function nextNode(
  nodes: readonly Node[],
  from: Node | undefined,
  key: string,
): Node | undefined {
  if (from === undefined) return nodes[0];
  const near = (all: readonly Node[]) =>
    [...all].sort((one, other) => Math.abs(one.y - from.y) - Math.abs(other.y - from.y))[0];
  if (key === "ArrowLeft") return near(from.parents);
  if (key === "ArrowRight") return near(from.children);
  const column = nodes.filter(({ x }) => x === from.x);
  if (key === "ArrowUp") return near(column.filter(({ y }) => y < from.y));
  return key === "ArrowDown" ? near(column.filter(({ y }) => y > from.y)) : undefined;
}
