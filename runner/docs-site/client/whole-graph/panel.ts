import { linkTo } from "../one-file.ts";
import type { Node } from "./graph.ts";

const mostLinks = 8;

/** Says which model is selected, and what it is connected to. */
export function showSelected(node: Node | undefined): void {
  const panel = document.querySelector<HTMLElement>(".graph-panel");
  if (!panel) return;
  panel.hidden = node === undefined;
  panel.replaceChildren();
  if (!node) return;
  const name = document.createElement("p");
  name.append(linkOf(node), document.createTextNode(` ${node.kind}, ${node.state}`));
  panel.append(name, listOf("Needs", node.parents), listOf("Used by", node.children));
}

function listOf(title: string, nodes: readonly Node[]): HTMLElement {
  const element = document.createElement("p");
  const head = document.createElement("strong");
  head.textContent = `${title} ${nodes.length}`;
  element.append(head);
  for (const [index, node] of nodes.slice(0, mostLinks).entries()) {
    element.append(index === 0 ? ": " : ", ", linkOf(node));
  }
  if (nodes.length > mostLinks) element.append(` and ${nodes.length - mostLinks} more`);
  return element;
}

/** A link to the page of a model; what comes from the data is set as text. */
export function linkOf({ name, page }: Node): HTMLAnchorElement {
  const link = document.createElement("a");
  link.href = linkTo(page);
  link.textContent = name;
  return link;
}
