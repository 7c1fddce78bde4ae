import { nodeAt } from "./graph.ts";
import type { Graph } from "./shared.ts";
import { zoom } from "./view.ts";

/** Less than this many pixels is a click, and no drag. */
const still = 4;

/** Drag moves, the wheel zooms, a click selects, a second one opens. */
export function listenToPointer(graph: Graph, place: HTMLElement): void {
  listenToDrag(graph);
  const { canvas, picture, redraw } = graph;
  canvas.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      zoom(picture.view, Math.exp(-event.deltaY / 400), [event.offsetX, event.offsetY]);
      redraw();
    },
    { passive: false },
  );
  canvas.addEventListener("dblclick", (event) => {
    const node = under(graph, event);
    if (node) graph.open(node);
  });
  for (const button of place.querySelectorAll<HTMLButtonElement>("button[data-do]")) {
    button.addEventListener("click", () => {
      const middle: [number, number] = [canvas.clientWidth / 2, canvas.clientHeight / 2];
      if (button.dataset.do === "fit") graph.showAll();
      else zoom(picture.view, button.dataset.do === "in" ? 1.25 : 0.8, middle);
      redraw();
    });
  }
}

function listenToDrag(graph: Graph): void {
  const { canvas, picture, redraw, select } = graph;
  let start: { x: number; y: number; left: number; top: number } | undefined;
  canvas.addEventListener("pointerdown", (event) => {
    const { left, top } = picture.view;
    start = { x: event.clientX, y: event.clientY, left, top };
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!start) {
      canvas.style.cursor = under(graph, event) ? "pointer" : "grab";
      return;
    }
    picture.view.left = start.left + event.clientX - start.x;
    picture.view.top = start.top + event.clientY - start.y;
    redraw();
  });
  canvas.addEventListener("pointerup", (event) => {
    const isClick = start && Math.hypot(event.clientX - start.x, event.clientY - start.y) < still;
    start = undefined;
    if (isClick) select(under(graph, event));
  });
  canvas.addEventListener("pointercancel", () => {
    start = undefined;
  });
}

function under({ picture }: Graph, { offsetX, offsetY }: MouseEvent) {
  const { left, top, scale } = picture.view;
  return nodeAt(picture.nodes, (offsetX - left) / scale, (offsetY - top) / scale);
}
