import { loadData } from "../../../pages/client/data-file.ts";
import type { GraphData, Searchable } from "../../data.ts";
import { linkTo } from "../one-file.ts";
import { draw, type Picture } from "./draw.ts";
import { filterOf, listMatches } from "./filter.ts";
import { kinOf, type Node, nodesOf } from "./graph.ts";
import { listenToKeys } from "./keys.ts";
import { showSelected } from "./panel.ts";
import { listenToPointer } from "./pointer.ts";
import type { Graph } from "./shared.ts";
import { centre, heightFor, showNodes } from "./view.ts";

/** Draws the whole graph on its page; without its data the list of models stays. */
export async function attachGraph(): Promise<void> {
  const place = document.querySelector<HTMLElement>(".graph");
  const canvas = place?.querySelector("canvas");
  const form = document.querySelector<HTMLFormElement>(".graph-tools");
  if (!place || !canvas || !form) return;
  const data = await loadData("graph", "data/graph.js");
  const actions = await loadData("search", "data/search.js");
  if (data === undefined || actions === undefined) return;
  place.hidden = false;
  form.hidden = false;
  const nodes = nodesOf(data as GraphData, actions as Searchable[]);
  place.style.maxHeight = `${heightFor(canvas, nodes)}px`;
  const graph = makeGraph(canvas, nodes);
  listenToPointer(graph, place);
  listenToKeys(graph);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", () => applyFilter(graph, form));
  new ResizeObserver(graph.redraw).observe(canvas);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", graph.redraw);
  const follow = () => selectByAddress(graph);
  window.addEventListener("hashchange", follow);
  graph.showAll();
  follow();
}

function makeGraph(canvas: HTMLCanvasElement, nodes: readonly Node[]): Graph {
  const picture: Picture = {
    ...{ nodes, view: { left: 0, top: 0, scale: 1 } },
    ...{ selected: undefined, kin: undefined, matches: undefined },
  };
  let isDue = false;
  const redraw = () => {
    if (isDue) return;
    isDue = true;
    requestAnimationFrame(() => {
      isDue = false;
      draw(canvas, picture);
    });
  };
  const select = (node: Node | undefined, isCentred = false) => {
    picture.selected = node;
    picture.kin = node && kinOf(node);
    if (node && isCentred) centre(canvas, picture.view, node);
    showSelected(node);
    redraw();
  };
  const showAll = () => {
    showNodes(canvas, picture.view, picture.matches ? [...picture.matches] : nodes);
    redraw();
  };
  const open = ({ page }: Node) => {
    location.href = linkTo(page);
  };
  return { canvas, picture, redraw, select, open, showAll };
}

function applyFilter(graph: Graph, form: HTMLFormElement): void {
  const { picture } = graph;
  picture.matches = filterOf(form, picture.nodes);
  listMatches(form, picture);
  graph.select(undefined);
  graph.showAll();
}

/** `#select=name` of a page shows one model among its neighbours. */
function selectByAddress(graph: Graph): void {
  const [, name] = /#select=([^#]*)$/.exec(location.hash) ?? [];
  if (name === undefined) return;
  const page = `models/${decodeURIComponent(name)}.html`;
  const node = graph.picture.nodes.find((each) => each.page === page);
  if (node) graph.select(node, true);
}
