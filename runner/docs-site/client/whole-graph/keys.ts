import { nextNode } from "./graph.ts";
import type { Graph } from "./shared.ts";
import { zoom } from "./view.ts";

/** Arrows go along the links, Enter opens, + and − zoom, 0 shows all, Escape lets go. */
export function listenToKeys(graph: Graph): void {
  const { canvas } = graph;
  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (!press(graph, event.key)) return;
    event.preventDefault();
  });
}

function press(graph: Graph, key: string): boolean {
  const { canvas, picture, select, open, redraw, showAll } = graph;
  const middle: [number, number] = [canvas.clientWidth / 2, canvas.clientHeight / 2];
  if (key.startsWith("Arrow")) {
    const among = picture.matches ? [...picture.matches] : picture.nodes;
    const start = picture.selected ? picture.nodes : among;
    const next = nextNode(start, picture.selected, key);
    if (next) select(next, true);
    return true;
  }
  switch (key) {
    case "+":
    case "=":
      zoom(picture.view, 1.25, middle);
      break;
    case "-":
      zoom(picture.view, 0.8, middle);
      break;
    case "0":
      showAll();
      break;
    case "Escape":
      select(undefined);
      break;
    case "Enter":
      if (picture.selected) open(picture.selected);
      break;
    default:
      return false;
  }
  redraw();
  return true;
}
