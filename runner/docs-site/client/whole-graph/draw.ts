import { type Node, nodeHeight, nodeWidth } from "./graph.ts";

/** Which part of the graph is shown, and how large: a point of the graph stands at (x · scale + left). */
export interface View {
  left: number;
  top: number;
  scale: number;
}

/** What is drawn. */
export interface Picture {
  nodes: readonly Node[];
  view: View;
  selected: Node | undefined;
  /** What is connected to the selected node; undefined when none is selected. */
  kin: ReadonlySet<Node> | undefined;
  /** What the filter leaves; undefined without a filter. */
  matches: ReadonlySet<Node> | undefined;
}

type Colours = Record<"ink" | "muted" | "strong-line" | "bar" | "met" | "bad", string>;

/** Names are readable from this scale on. */
const readable = 0.45;
const faint = 0.22;

/** Draws the part of the graph that is in view, and nothing else. */
export function draw(canvas: HTMLCanvasElement, picture: Picture): void {
  const context = canvas.getContext("2d");
  if (!context) return;
  const ratio = window.devicePixelRatio || 1;
  const { clientWidth: width, clientHeight: height } = canvas;
  canvas.width = width * ratio;
  canvas.height = height * ratio;
  const { left, top, scale } = picture.view;
  context.setTransform(ratio * scale, 0, 0, ratio * scale, ratio * left, ratio * top);
  const seen = {
    left: -left / scale - nodeWidth,
    right: (width - left) / scale,
    top: -top / scale - nodeHeight,
    bottom: (height - top) / scale,
  };
  const colours = coloursOf(canvas);
  drawEdges(context, picture, { seen, colours });
  const inView = picture.nodes.filter(
    ({ x, y }) => x >= seen.left && x <= seen.right && y >= seen.top && y <= seen.bottom,
  );
  for (const node of inView) drawNode(context, node, picture, colours);
}

function coloursOf(canvas: HTMLCanvasElement): Colours {
  const style = getComputedStyle(canvas);
  const names = ["ink", "muted", "strong-line", "bar", "met", "bad"] as const;
  return Object.fromEntries(
    names.map((name) => [name, style.getPropertyValue(`--${name}`)]),
  ) as Colours;
}

interface Seen {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** All edges of a kind are one path: drawing thousands of paths takes ten times as long. */
function drawEdges(
  context: CanvasRenderingContext2D,
  { nodes, kin, view }: Picture,
  { seen, colours }: { seen: Seen; colours: Colours },
): void {
  const [plain, strong] = [new Path2D(), new Path2D()];
  for (const node of nodes) {
    for (const child of node.children) {
      if (isSeen(node, child, seen))
        addEdge(kin?.has(node) && kin.has(child) ? strong : plain, node, child);
    }
  }
  context.lineWidth = Math.max(1, 0.6 / view.scale);
  context.globalAlpha = kin ? faint : 0.7;
  context.strokeStyle = colours.muted;
  context.stroke(plain);
  context.globalAlpha = 1;
  context.lineWidth *= 1.6;
  context.strokeStyle = colours.met;
  context.stroke(strong);
}

function isSeen(from: Node, to: Node, { left, right, top, bottom }: Seen): boolean {
  const isBeside = to.x < left || from.x > right;
  return !isBeside && Math.max(from.y, to.y) >= top && Math.min(from.y, to.y) <= bottom;
}

function addEdge(path: Path2D, from: Node, to: Node): void {
  const [x, y] = [from.x + nodeWidth, from.y + nodeHeight / 2];
  const toY = to.y + nodeHeight / 2;
  const middle = (x + to.x) / 2;
  path.moveTo(x, y);
  path.bezierCurveTo(middle, y, middle, toY, to.x, toY);
}

function drawNode(
  context: CanvasRenderingContext2D,
  node: Node,
  { kin, matches, selected, view }: Picture,
  colours: Colours,
): void {
  const { x, y, state } = node;
  const isFaint = (kin && !kin.has(node)) || (matches && !matches.has(node));
  context.globalAlpha = isFaint ? faint : 1;
  context.fillStyle = colours.bar;
  context.strokeStyle = node === selected ? colours.ink : colours["strong-line"];
  context.lineWidth = node === selected ? 2.5 : Math.max(1, 0.5 / view.scale);
  context.beginPath();
  context.rect(x, y, nodeWidth, nodeHeight);
  context.fill();
  context.stroke();
  const mark = markOf(state, colours);
  context.fillStyle = mark.colour;
  context.fillRect(x, y, 5, nodeHeight);
  if (view.scale >= readable) {
    context.fillStyle = colours.ink;
    context.font = "12px ui-monospace, Menlo, Consolas, monospace";
    context.fillText(cut(`${mark.sign}${node.name}`), x + 11, y + 17, nodeWidth - 16);
  }
  context.globalAlpha = 1;
}

function markOf(state: string, colours: Colours): { colour: string; sign: string } {
  if (state === "failed") return { colour: colours.bad, sign: "▲ " };
  if (state === "warning") return { colour: colours.ink, sign: "◆ " };
  return { colour: state === "successful" ? colours.met : colours["strong-line"], sign: "" };
}

function cut(text: string): string {
  return text.length > 27 ? `${text.slice(0, 26)}…` : text;
}
