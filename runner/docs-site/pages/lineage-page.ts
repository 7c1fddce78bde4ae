import { counted } from "../../pages/format.ts";
import { html, type Markup } from "../../pages/html.ts";
import type { PageFile } from "../../pages/long-table.ts";
import { stateWithChecks } from "../collect/state-of.ts";
import { type Docs, type DocsAction, isModel } from "../docs.ts";
import { folderName, shell } from "./shell.ts";
import { stateCell } from "./words.ts";

const mostChoices = 200;

/** The whole graph, which the script of the page draws, and a list of what is in it. */
export function lineagePage(docs: Docs): PageFile {
  const models = docs.actions.filter(isModel);
  const links = models.reduce((sum, { parents }) => sum + parents.length, 0);
  const main = html`<h1>Lineage</h1>
<p class="answer">${counted(models.length, "model")}, ${counted(links, "link")} between them; data flow from left to right.</p>
<form class="graph-tools tools" hidden>
<label>Find <input type="search" name="search" placeholder="name" autocomplete="off"></label>
${choice("folder", "Folder", models, ({ folder }) => [folder], folderName)}
${choice("tag", "Tag", models, ({ tags }) => tags)}
${choice("kind", "Kind", models, ({ kind }) => [kind])}
${choice(
  "state",
  "State",
  models,
  (model) => [stateWithChecks(model)],
  (state) => stateCell(state).text,
)}
<output aria-live="polite"></output>
</form>
<div class="graph" hidden>
<canvas tabindex="0" role="application" aria-label="Graph of the models" aria-describedby="graph-keys"></canvas>
<div class="zoom"><button type="button" data-do="in" aria-label="Zoom in">+</button><button type="button" data-do="out" aria-label="Zoom out">−</button><button type="button" data-do="fit" aria-label="Show all">⤢</button></div>
<div class="graph-panel" aria-live="polite"></div>
</div>
<p class="meta" id="graph-keys">Drag or use the wheel to move and zoom. Keys: arrows go along the links, Enter opens a model, + and − zoom, 0 shows all, Escape lets go.</p>
<h2 class="list-head">Models</h2>
<ol class="graph-list">${models.slice(0, 100).map(listItem)}</ol>
${models.length > 100 && html`<p class="muted graph-more">and ${models.length - 100} more: <a href="models.html">all models</a></p>`}`;
  return {
    path: "lineage.html",
    text: shell(docs, {
      path: "lineage.html",
      chapter: "lineage",
      title: "Lineage",
      main,
      isWide: true,
    }),
  };
}

function listItem({ name, page, parents, children }: DocsAction): Markup {
  return html`<li><a href="${page}"><code>${name}</code></a> <small>${parents.length} up, ${children.length} down</small></li>`;
}

function choice(
  key: string,
  label: string,
  models: readonly DocsAction[],
  valuesOf: (model: DocsAction) => readonly string[],
  labelOf: (value: string) => string = (value) => value,
): Markup | null {
  const values = [...new Set(models.flatMap(valuesOf))].sort().slice(0, mostChoices);
  if (values.length === 0) return null;
  return html`<label>${label} <select name="${key}"><option value="">all</option>${values.map((value) => html`<option value="${value}">${labelOf(value)}</option>`)}</select></label>`;
}
