import { counted, nothing } from "../../pages/format.ts";
import { html } from "../../pages/html.ts";
import { facetOf, longTable, type PageFile } from "../../pages/long-table.ts";
import type { Column } from "../../pages/table.ts";
import { statesInOrder } from "../collect/state-of.ts";
import { type Docs, type DocsAction, type DocsColumn, type DocsState, isModel } from "../docs.ts";
import { folderName, shell } from "./shell.ts";
import { checksTable, modelsTable } from "./tables.ts";

/** Every model of the project. */
export function modelsPage(docs: Docs): PageFile[] {
  const models = docs.actions.filter(isModel);
  const undescribed = models.filter(({ description }) => description === "").length;
  const table = modelsTable(models);
  const main = html`<h1>Models</h1>
<p class="answer">${counted(models.length, "model")}${undescribed > 0 ? `, ${undescribed} of them without a description` : ""}. Tables, views, incremental tables, operations and declared sources.</p>
${table.markup}`;
  const text = shell(docs, { path: "models.html", chapter: "models", title: "Models", main });
  return [{ path: "models.html", text }, ...table.files];
}

/** Every check of the project, what is bad first. */
export function checksPage(docs: Docs): PageFile[] {
  const checks = docs.actions
    .filter((action) => !isModel(action))
    .sort((one, other) => statesInOrder.indexOf(one.state) - statesInOrder.indexOf(other.state));
  const table = checksTable(checks);
  const main = html`<h1>Checks</h1>
<p class="answer">${answerOf(checks)}</p>
${table.markup}`;
  const text = shell(docs, { path: "checks.html", chapter: "checks", title: "Checks", main });
  return [{ path: "checks.html", text }, ...table.files];
}

/** What the checks found, and how many of them found nothing because they did not run. */
function answerOf(checks: readonly DocsAction[]): string {
  const count = (...states: DocsState[]) =>
    checks.filter(({ state }) => states.includes(state)).length;
  const all = counted(checks.length, "check");
  if (count("unknown") === checks.length) return `${all}; no run of them is known.`;
  const [bad, notRun] = [count("failed", "warning"), count("skipped", "unknown")];
  const found = `${bad > 0 ? bad : "None"} of ${all} failed or warned the last time.`;
  return notRun > 0 ? `${found} ${notRun} did not run then, or no run is known.` : found;
}

/** A column with its model. */
export interface ColumnOfModel {
  model: DocsAction;
  column: DocsColumn;
  index: number;
}

/** Every column of the project: the data dictionary. */
export function columnsPage(docs: Docs): PageFile[] {
  const rows = columnsOf(docs);
  const undescribed = rows.filter(({ column }) => column.description === "").length;
  const models = docs.actions.filter(isModel);
  const table = longTable({
    ...{ id: "columns", caption: "Columns", rows, columns: dictionaryColumns },
    search: "column, model, description",
    empty: "No column is known: none is described, and no table was read from a database.",
    files: [{ href: "data/dictionary.csv", label: "CSV" }],
    facets: [
      facetOf({ key: "folder", label: "Folder" }, models, ({ folder }) => ({
        value: folder,
        label: folderName(folder),
      })),
    ],
    facetsOf: ({ model }) => ({ folder: model.folder }),
  });
  const main = html`<h1>Columns</h1>
<p class="answer">The data dictionary: ${counted(rows.length, "column")} of ${counted(models.length, "model")}${undescribed > 0 ? `, ${undescribed} of them without a description` : ""}.</p>
${table.markup}`;
  const text = shell(docs, { path: "columns.html", chapter: "columns", title: "Columns", main });
  return [{ path: "columns.html", text }, ...table.files];
}

/** Columns of all models, in the order of the models. */
export function columnsOf(docs: Docs): ColumnOfModel[] {
  return docs.actions
    .filter(isModel)
    .flatMap((model) => model.columns.map((column, index) => ({ model, column, index })));
}

const dictionaryColumns: Column<ColumnOfModel>[] = [
  {
    label: "Column",
    cell: ({ model, column, index }) => ({
      ...{ text: column.name, href: `${model.page}#column-${index}`, code: true },
    }),
  },
  { label: "Model", cell: ({ model }) => ({ text: model.name, href: model.page }) },
  { label: "Type", cell: ({ column }) => column.type ?? nothing },
  { label: "Description", cell: ({ column }) => column.description || nothing },
];

/** The page that searches over everything. */
export function searchPage(docs: Docs): PageFile {
  const main = html`<h1>Search</h1>
<p class="answer">Names, descriptions, columns and tags; spelling mistakes are forgiven. With SQL, the text of every query is searched as it stands.</p>
<form class="big-search tools" role="search" hidden><label>Search <input type="search" name="q" autocomplete="off"></label><label><input type="checkbox" name="sql"> in SQL too</label><output aria-live="polite"></output></form>
<ol class="results" id="results"></ol>
<noscript><p class="empty">Searching needs the script of this page. <a href="models.html">All models</a></p></noscript>`;
  return {
    path: "search.html",
    text: shell(docs, {
      path: "search.html",
      chapter: "search",
      title: "Search",
      main,
      isWide: true,
    }),
  };
}
