import type { Picture } from "./draw.ts";
import type { Node } from "./graph.ts";
import { linkOf } from "./panel.ts";

const mostListed = 100;

/** The nodes that the form asks for; undefined when it asks for nothing. */
export function filterOf(
  form: HTMLFormElement,
  nodes: readonly Node[],
): ReadonlySet<Node> | undefined {
  const valueIn = (name: string) =>
    form.querySelector<HTMLInputElement | HTMLSelectElement>(`[name=${name}]`)?.value ?? "";
  const words = valueIn("search").toLowerCase().split(/\s+/).filter(Boolean);
  const [folder, tag, kind, state] = ["folder", "tag", "kind", "state"].map(valueIn);
  if (words.length === 0 && !folder && !tag && !kind && !state) return undefined;
  return new Set(
    nodes.filter(
      (node) =>
        words.every((word) => node.name.toLowerCase().includes(word)) &&
        (!folder || node.folder === folder) &&
        (!tag || node.tags.includes(tag)) &&
        (!kind || node.kind === kind) &&
        (!state || node.state === state),
    ),
  );
}

/** Lists what the filter leaves below the graph, for those who do not see it. */
export function listMatches(form: HTMLFormElement, { nodes, matches }: Picture): void {
  const shown = matches ? [...matches] : nodes;
  const output = form.querySelector("output");
  if (output) output.textContent = matches ? `${matches.size} of ${nodes.length} models` : "";
  const items = shown.slice(0, mostListed).map((node) => {
    const item = document.createElement("li");
    const about = document.createElement("small");
    about.textContent = `${node.parents.length} up, ${node.children.length} down`;
    item.append(linkOf(node), " ", about);
    return item;
  });
  document.querySelector(".graph-list")?.replaceChildren(...items);
  const more = document.querySelector<HTMLElement>(".graph-more");
  if (more) more.hidden = shown.length <= mostListed;
}
