import type { Links } from "./layers.ts";

const sweeps = 6;

/**
 * The row of each node within its layer: nodes come in the order of the middle of their neighbours, and
 * stand as near to it as the others of the layer allow. `layers` are the nodes of each layer.
 */
export function rowsOf(layers: number[][], links: Links): number[] {
  const rows: number[] = [];
  for (const layer of layers) for (const [row, node] of layer.entries()) rows[node] = row;
  upAndDown(layers, (layer, isDown) => order(layer, isDown ? links.parents : links.children, rows));
  upAndDown(layers, (layer) => settle(layer, links, rows));
  const first = layers.flat().reduce((least, node) => Math.min(least, rows[node] ?? 0), 0);
  return rows.map((row) => row - first);
}

function upAndDown(layers: number[][], visit: (layer: number[], isDown: boolean) => void): void {
  for (let sweep = 0; sweep < sweeps; sweep++) {
    const isDown = sweep % 2 === 0;
    for (const layer of isDown ? layers : layers.toReversed()) visit(layer, isDown);
  }
}

function order(layer: number[], neighbours: Links["parents"], rows: number[]): void {
  const wanted = new Map(
    layer.map((node) => [node, middle(neighbours[node] ?? [], rows) ?? rows[node] ?? 0]),
  );
  layer.sort((one, other) => (wanted.get(one) ?? 0) - (wanted.get(other) ?? 0));
  for (const [row, node] of layer.entries()) rows[node] = row;
}

function middle(nodes: readonly number[], rows: readonly number[]): number | undefined {
  if (nodes.length === 0) return undefined;
  return nodes.reduce((sum, node) => sum + (rows[node] ?? 0), 0) / nodes.length;
}

/** Moves the nodes of a layer as near to their neighbours as their order and one row for each allow. */
function settle(layer: readonly number[], { parents, children }: Links, rows: number[]): void {
  // Nodes that would overlap form a block, which stands in the middle of what its nodes want.
  const blocks: { sum: number; nodes: number[] }[] = [];
  for (const [index, node] of layer.entries()) {
    const near = [...(parents[node] ?? []), ...(children[node] ?? [])];
    const block = { sum: (middle(near, rows) ?? rows[node] ?? 0) - index, nodes: [node] };
    for (let last = blocks.at(-1); last && mean(last) >= mean(block); last = blocks.at(-1)) {
      blocks.pop();
      block.sum += last.sum;
      block.nodes.unshift(...last.nodes);
    }
    blocks.push(block);
  }
  let index = 0;
  for (const block of blocks) for (const node of block.nodes) rows[node] = mean(block) + index++;
}

function mean({ sum, nodes }: { sum: number; nodes: readonly number[] }): number {
  return sum / nodes.length;
}
