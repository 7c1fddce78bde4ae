import MiniSearch from "minisearch";
import { loadData } from "../../pages/client/data-file.ts";
import type { Searchable } from "../data.ts";
import { linkTo, rootOfPage } from "./one-file.ts";

/** What is found: an action, and why it is. */
interface Found {
  action: Searchable;
  why: string | undefined;
}

const mostInSide = 12;
const mostResults = 100;

/** Makes the boxes search: the one at the side, and the page of the search. */
export function attachSearch(): void {
  const side = document.querySelector<HTMLFormElement>(".side-search");
  const big = document.querySelector<HTMLFormElement>(".big-search");
  if (side) attachSide(side);
  if (big) attachBig(big);
  const box = (big ?? side)?.querySelector<HTMLInputElement>("input[type=search]");
  document.onkeydown = (event) => {
    const isTyping = event.target instanceof HTMLElement && event.target.matches("input, select");
    if (event.key !== "/" || isTyping || !box) return;
    event.preventDefault();
    box.focus();
  };
}

function attachSide(form: HTMLFormElement): void {
  const input = form.querySelector("input");
  const results = document.querySelector<HTMLElement>(".side-results");
  const tree = document.querySelector<HTMLElement>(".tree");
  if (!input || !results || !tree) return;
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    location.href = `${linkTo("search.html")}#q=${encodeURIComponent(input.value)}`;
  });
  input.addEventListener("input", async () => {
    const words = input.value.trim();
    const found = words === "" ? [] : (await search(words, false)).slice(0, mostInSide);
    if (words !== input.value.trim()) return;
    results.hidden = words === "";
    tree.hidden = words !== "";
    const list = document.createElement("ul");
    list.append(...found.map((each) => resultItem(each, false)));
    results.replaceChildren(list, words === "" ? "" : note(found.length));
  });
}

function note(count: number): HTMLElement {
  const element = document.createElement("p");
  element.textContent = count === 0 ? "Nothing is found." : "Enter shows all, and searches SQL.";
  return element;
}

function attachBig(form: HTMLFormElement): void {
  const input = form.querySelector<HTMLInputElement>("input[type=search]");
  const withSql = form.querySelector<HTMLInputElement>("input[type=checkbox]");
  const results = document.getElementById("results");
  const output = form.querySelector("output");
  if (!input || !withSql || !results || !output) return;
  const show = async () => {
    const words = input.value.trim();
    const found = words === "" ? [] : await search(words, withSql.checked);
    if (words !== input.value.trim()) return;
    const shown = found.slice(0, mostResults);
    results.replaceChildren(...shown.map((each) => resultItem(each, true)));
    const left = found.length > shown.length ? `, the first ${shown.length} are shown` : "";
    output.textContent = words === "" ? "" : `${found.length} found${left}`;
  };
  const follow = () => {
    const [, words] = /#q=([^#]*)$/.exec(location.hash) ?? [];
    if (words === undefined) return;
    input.value = decodeURIComponent(words);
    withSql.checked = true;
    void show();
  };
  form.hidden = false;
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", () => void show());
  window.addEventListener("hashchange", follow);
  follow();
  input.focus();
}

function resultItem({ action, why }: Found, isLong: boolean): HTMLElement {
  const [page, name, kind, folder, description] = action;
  const item = document.createElement("li");
  const link = document.createElement("a");
  link.href = linkTo(page);
  link.textContent = name;
  const about = document.createElement("small");
  about.textContent = [kind, folder === "." ? "" : folder, why].filter(Boolean).join(" · ");
  item.append(link, about);
  if (isLong && description) {
    const text = document.createElement("p");
    text.textContent = description;
    item.append(text);
  }
  return item;
}

let index: Promise<{ actions: Searchable[]; words: MiniSearch } | undefined> | undefined;

/** Finds actions by name, description, columns and tags, also with spelling mistakes; SQL as it stands. */
async function search(words: string, withSql: boolean): Promise<Found[]> {
  index ??= makeIndex();
  const known = await index;
  if (!known) return [];
  const results = known.words.search(words, {
    boost: { name: 4, columns: 2 },
    prefix: true,
    fuzzy: 0.2,
    combineWith: "AND",
  });
  const found = results.flatMap(({ id, match }): Found[] => {
    const action = known.actions[id as number];
    return action ? [{ action, why: reasonOf(match) }] : [];
  });
  return withSql ? [...found, ...(await inSql(words, known.actions, found))] : found;
}

function reasonOf(match: Record<string, string[]>): string | undefined {
  const [term, fields = []] = Object.entries(match)[0] ?? [];
  return fields.includes("name") ? undefined : `${fields[0]}: ${term}`;
}

async function inSql(
  words: string,
  actions: readonly Searchable[],
  before: readonly Found[],
): Promise<Found[]> {
  const texts = (await loadData("sql", `${rootOfPage()}data/sql.js`)) as string[] | undefined;
  const wanted = words.toLowerCase();
  const known = new Set(before.map(({ action }) => action));
  return actions
    .filter((action, at) => !known.has(action) && texts?.[at]?.toLowerCase().includes(wanted))
    .map((action) => ({ action, why: "in its SQL" }));
}

async function makeIndex() {
  const data = await loadData("search", `${rootOfPage()}data/search.js`);
  if (data === undefined) return undefined;
  const actions = data as Searchable[];
  const words = new MiniSearch({ fields: ["name", "description", "columns", "tags", "kind"] });
  words.addAll(
    actions.map(([, name, kind, , description, columns, tags], id) => ({
      ...{ id, kind, description, tags: tags.join(" ") },
      // a name is found by its parts as well
      name: `${name} ${name.replaceAll("_", " ")}`,
      columns: `${columns} ${columns.replaceAll("_", " ")}`,
    })),
  );
  return { actions, words };
}
