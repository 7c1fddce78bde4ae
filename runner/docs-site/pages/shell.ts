import { documentOf } from "../../pages/document.ts";
import { counted } from "../../pages/format.ts";
import { type Content, html, type Markup } from "../../pages/html.ts";
import { type Docs, type DocsAction, isModel } from "../docs.ts";
import { groupBy } from "../group-by.ts";

/** The pages of the bar at the top. */
const chapters = [
  ["models", "Models"],
  ["columns", "Columns"],
  ["lineage", "Lineage"],
  ["checks", "Checks"],
  ["runs", "Runs"],
  ["search", "Search"],
] as const;

/** What a page says besides what every page says. */
export interface ShellParts {
  /** Its path in the folder of the pages. */
  path: string;
  chapter: (typeof chapters)[number][0] | "index";
  title: string;
  main: Content;
  /** The folder that is open in the list at the side. */
  current?: DocsAction;
  /** Whether the page uses all of the window. */
  isWide?: boolean;
}

/** The way from a page to the folder that holds all of them. */
export function rootOf(path: string): string {
  return path.includes("/") ? "../" : "";
}

/** The whole text of a page. */
export function shell(docs: Docs, parts: ShellParts): string {
  const { path, chapter, title, main, isWide = false } = parts;
  const root = rootOf(path);
  return documentOf({
    ...{ title, root, name: docs.project, style: "assets/docs.css", script: "assets/docs.js" },
    bar: html`<header class="top docs-top"><div class="top-in"><strong><a href="${root}index.html"${
      chapter === "index" && html` aria-current="page"`
    }>${docs.project}</a></strong>
<nav aria-label="Pages"><ul>${chapters.map(
      ([name, label]) =>
        html`<li><a href="${root}${name}.html"${
          name === chapter && html` aria-current="${path === `${name}.html` ? "page" : "true"}"`
        }>${label}</a></li>`,
    )}</ul></nav><p class="top-note">${summary(docs)}</p></div></header>${isWide ? null : side(docs, parts)}`,
    main: html`<div class="${isWide ? "page wide" : "page"}">${main}
<footer><p>${docs.origin}</p></footer></div>`,
  });
}

interface Tree {
  models: number;
  folders: Map<string, DocsAction[]>;
}

const trees = new WeakMap<Docs, Tree>();

/** The models by their folders, which every page shows: read once. */
function treeOf(docs: Docs): Tree {
  const known = trees.get(docs);
  if (known) return known;
  const models = docs.actions.filter(isModel);
  const tree = { models: models.length, folders: groupBy(models, ({ folder }) => folder) };
  trees.set(docs, tree);
  return tree;
}

function summary(docs: Docs): string {
  const { actions } = docs;
  const { models } = treeOf(docs);
  return `${counted(models, "model")} · ${counted(actions.length - models, "check")}`;
}

/** Most models that are all in the list at the side, and most of a folder beyond that. */
const mostInSide = 150;
const mostOfFolder = 60;

function side(docs: Docs, { path, current }: ShellParts): Markup {
  const root = rootOf(path);
  const { models, folders } = treeOf(docs);
  const isSmall = models <= mostInSide;
  const opened = current?.kind === "assertion" ? current.checked[0] : current;
  return html`<aside class="side" aria-label="Models">
<form class="side-search" role="search" hidden><input type="search" name="search" aria-label="Search models, columns, SQL" placeholder="Search models, columns, SQL" autocomplete="off"><kbd aria-hidden="true">/</kbd></form>
<div class="side-results" aria-live="polite" hidden></div>
<nav class="tree" aria-label="Folders">${[...folders].map(([folder, inFolder]) => {
    const isOpen = opened?.folder === folder;
    if (!isOpen && !isSmall)
      return html`<p><a href="${root}models.html#folder=${encodeURIComponent(folder)}">${folderName(folder)}</a> <small>${inFolder.length}</small></p>`;
    return html`<details${(isOpen || folders.size === 1) && html` open`}><summary>${folderName(folder)} <small>${inFolder.length}</small></summary><ul>${near(
      inFolder,
      opened,
    ).map((action) => treeItem(action, root, action === opened))}</ul></details>`;
  })}</nav></aside>`;
}

function treeItem({ kind, name, page }: DocsAction, root: string, isHere: boolean): Markup {
  return html`<li><span class="kind" title="${kind}" aria-hidden="true">${kindLetter(kind)}</span><a href="${root}${page}"${isHere && html` aria-current="page"`}>${name}</a></li>`;
}

/** The neighbours of an action in its folder. */
function near(actions: readonly DocsAction[], current: DocsAction | undefined): DocsAction[] {
  const index = Math.max(0, current ? actions.indexOf(current) : 0);
  const from = Math.max(0, Math.min(index - mostOfFolder / 2, actions.length - mostOfFolder));
  return actions.slice(from, from + Math.max(mostOfFolder, 0));
}

/** Files that lie in `definitions/` itself have no folder. */
export function folderName(folder: string): string {
  return folder === "." ? "definitions" : folder;
}

function kindLetter(kind: DocsAction["kind"]): string {
  const letters: Partial<Record<DocsAction["kind"], string>> = { "materialized view": "M" };
  return letters[kind] ?? kind.charAt(0).toUpperCase();
}
