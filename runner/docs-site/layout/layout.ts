import { type Links, layersOf } from "./layers.ts";
import { rowsOf } from "./rows.ts";

/** Pixels from one layer to the next, and from one row to the next. */
const layerWidth = 250;
const rowHeight = 40;

/** Where the upper left corner of each node stands, in pixels. */
export type Places = { x: number; y: number }[];

/**
 * Places the nodes of a graph in layers from left to right (longest path, barycentres). Nodes without
 * an edge stand in a block of their own below the others.
 */
export function layout(links: Links): Places {
  const isAlone = (node: number) => !links.parents[node]?.length && !links.children[node]?.length;
  const nodes = [...links.parents.keys()];
  const layers: number[][] = [];
  for (const [node, layer] of layersOf(links).entries()) {
    if (isAlone(node)) continue;
    const inLayer = layers[layer] ?? [];
    inLayer.push(node);
    layers[layer] = inLayer;
  }
  const filled = Array.from(layers, (layer) => layer ?? []);
  const rows = rowsOf(filled, links);
  const places: Places = [];
  for (const [layer, inLayer] of filled.entries()) {
    for (const node of inLayer) places[node] = place(layer, rows[node] ?? 0);
  }
  const below = filled.flat().reduce((most, node) => Math.max(most, rows[node] ?? 0), -2) + 2;
  const width = Math.max(4, Math.min(filled.length, 12));
  for (const [index, node] of nodes.filter(isAlone).entries()) {
    places[node] = place(index % width, below + Math.floor(index / width));
  }
  return places;
}

function place(layer: number, row: number): { x: number; y: number } {
  return { x: layer * layerWidth, y: Math.round(row * rowHeight) };
}
