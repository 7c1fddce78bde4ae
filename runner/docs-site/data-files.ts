import { inertJson } from "../pages/data-file.ts";
import type { PageFile } from "../pages/long-table.ts";
import { formatCsv } from "../report/rows/csv.ts";
import { stateWithChecks } from "./collect/state-of.ts";
import type { GraphData, Searchable } from "./data.ts";
import { type Docs, type DocsAction, isModel } from "./docs.ts";
import { layout } from "./layout/layout.ts";
import { columnsOf } from "./pages/list-pages.ts";
import { sqlTexts } from "./pages/sql-section.ts";

/** Characters of the SQL of an action that can be searched, and of a description. */
const mostSql = 20_000;
const mostDescription = 300;

/** What the script of the pages loads: the list that is searched, SQL, and the graph. */
export function dataFiles(docs: Docs): PageFile[] {
  return [
    dataScript("search", docs.actions.map(searchable)),
    dataScript("sql", docs.actions.map(sqlOf)),
    dataScript("graph", graphOf(docs)),
    { path: "data/dictionary.csv", text: dictionary(docs) },
  ];
}

/** A script that gives its value to the page: pages from a disk may load scripts and nothing else. */
function dataScript(name: string, value: unknown): PageFile {
  return { path: `data/${name}.js`, text: `pageData(${inertJson(name)},${inertJson(value)});\n` };
}

function searchable(action: DocsAction): Searchable {
  const { page, name, kind, folder, description, columns, tags, rule } = action;
  return [
    ...([page, name, kind, folder] as const),
    (description || (rule ?? "")).slice(0, mostDescription),
    columns.map((column) => column.name).join(" "),
    tags,
  ];
}

/** All SQL that runs; of an action that has none the file that it is from. */
function sqlOf(action: DocsAction): string {
  const all = sqlTexts(action);
  const compiled = all.filter(({ name }) => name !== "source");
  const texts = (compiled.length > 0 ? compiled : all).map(({ text }) => text);
  return texts.join("\n").slice(0, mostSql);
}

function graphOf({ actions }: Docs): GraphData {
  const models = actions.filter(isModel);
  const listed = new Map(actions.map((action, place) => [action, place]));
  const places = new Map(models.map((model, index) => [model.key, index]));
  const numbers = (all: readonly DocsAction[]) => all.flatMap(({ key }) => places.get(key) ?? []);
  const parents = models.map((model) => numbers(model.parents));
  const positions = layout({ parents, children: models.map((model) => numbers(model.children)) });
  return {
    nodes: models.map((model, index) => {
      const { x, y } = positions[index] ?? { x: 0, y: 0 };
      return [listed.get(model) ?? 0, stateWithChecks(model), x, y];
    }),
    edges: parents.flatMap((all, to) => all.map((from): [number, number] => [from, to])),
  };
}

function dictionary(docs: Docs): string {
  const names = [
    "schema",
    "model",
    "kind",
    "folder",
    "column",
    "type",
    "description",
    "model_description",
  ];
  const rows = columnsOf(docs).map(({ model, column }) => [
    ...[model.target.schema, model.target.name, model.kind, model.folder, column.name],
    ...[column.type ?? null, column.description, model.description],
  ]);
  const columns = names.map((name) => ({ name, typeOid: 25 }));
  return formatCsv(columns, rows, { guardFormulas: true });
}
