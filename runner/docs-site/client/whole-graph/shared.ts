import type { Picture } from "./draw.ts";
import type { Node } from "./graph.ts";

/** What the parts of the graph share. */
export interface Graph {
  canvas: HTMLCanvasElement;
  picture: Picture;
  /** Draws before the next frame. */
  redraw: () => void;
  select: (node: Node | undefined, isCentred?: boolean) => void;
  open: (node: Node) => void;
  showAll: () => void;
}
