import type { View } from "./draw.ts";
import { type Node, nodeHeight, nodeWidth } from "./graph.ts";

const margin = 24;
const largest = 2;
const smallest = 0.01;

/** Sets a view so that all of these nodes are in it, and not larger than they are. */
export function showNodes(canvas: HTMLCanvasElement, view: View, nodes: readonly Node[]): void {
  if (nodes.length === 0) return;
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { x, y } of nodes) {
    left = Math.min(left, x);
    top = Math.min(top, y);
    right = Math.max(right, x + nodeWidth);
    bottom = Math.max(bottom, y + nodeHeight);
  }
  const wide = (canvas.clientWidth - 2 * margin) / (right - left);
  const high = (canvas.clientHeight - 2 * margin) / (bottom - top);
  view.scale = Math.max(smallest, Math.min(1, wide, high));
  view.left = (canvas.clientWidth - (right + left) * view.scale) / 2;
  view.top = (canvas.clientHeight - (bottom + top) * view.scale) / 2;
}

/** The height that a canvas needs to show nodes in all of its width, in pixels. */
export function heightFor(canvas: HTMLCanvasElement, nodes: readonly Node[]): number {
  const right = nodes.reduce((most, { x }) => Math.max(most, x), 0) + nodeWidth;
  const bottom = nodes.reduce((most, { y }) => Math.max(most, y), 0) + nodeHeight;
  return bottom * Math.min(1, canvas.clientWidth / right) + 2 * margin;
}

/** Moves a node into the middle, large enough to read. */
export function centre(canvas: HTMLCanvasElement, view: View, { x, y }: Node): void {
  view.scale = Math.max(view.scale, 0.8);
  view.left = canvas.clientWidth / 2 - (x + nodeWidth / 2) * view.scale;
  view.top = canvas.clientHeight / 2 - (y + nodeHeight / 2) * view.scale;
}

/** Zooms so that the point of the canvas stays where it is. */
export function zoom(view: View, factor: number, [x, y]: [x: number, y: number]): void {
  const scale = Math.max(smallest, Math.min(largest, view.scale * factor));
  view.left = x - ((x - view.left) * scale) / view.scale;
  view.top = y - ((y - view.top) * scale) / view.scale;
  view.scale = scale;
}
