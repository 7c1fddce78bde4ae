import { type Content, html, type Markup } from "../../runner/pages/html.ts";

/** How a number is defined, besides the description of its column. */
export interface Definition {
  /** `view.column`: its description is the definition. */
  column?: string;
  /** What else a reader has to know. */
  note?: string;
  /** A query that gives the number again. */
  recount?: string;
}

/** The definitions that one page shows: a button beside each number, and what opens from it. */
export interface Terms {
  /** Takes the label of a number and how it is defined; returns the label as a button. */
  define: (label: string, definition: Definition) => Markup;
  /** What the buttons open; once, at the end of the page. */
  popovers: () => Markup;
}

/** Takes the descriptions of columns by `view.column`; returns a page's definitions, none used yet. */
export function createTerms(comments: ReadonlyMap<string, string>): Terms {
  const used = new Map<string, { label: string; definition: Definition; id: string }>();
  return {
    define: (label, definition) => {
      const key = JSON.stringify([label, definition]);
      const id = used.get(key)?.id ?? `term-${used.size + 1}`;
      used.set(key, { label, definition, id });
      return html`<button type="button" class="term" popovertarget="${id}">${label}</button>`;
    },
    popovers: () =>
      html`${[...used.values()].map(({ label, definition, id }) =>
        popover(id, label, definition, comments),
      )}`,
  };
}

function popover(
  id: string,
  label: string,
  { column, note, recount }: Definition,
  comments: ReadonlyMap<string, string>,
): Markup {
  const [view, name] = (column ?? "").split(".");
  const described = column && html`<p>${comments.get(column)}</p>`;
  const source =
    column && html`<p class="muted">Column <code>${name}</code> of <code>${view}</code>.</p>`;
  return html`<div popover id="${id}" class="popover" role="dialog" aria-label="${label}">
<h2>${label}</h2>${described}${note && html`<p>${note}</p>`}${source}${sqlBlock(recount)}
<p><a href="definitions.html">All definitions</a></p></div>`;
}

/** A query to copy, or nothing. */
export function sqlBlock(sql: string | undefined): Content {
  if (sql === undefined) return null;
  const lines = sql.split("\n").map((line) => line.trimEnd());
  const indents = lines.filter(Boolean).map((line) => /^ */.exec(line)?.[0].length ?? 0);
  const indent = Math.min(...indents);
  const text = lines
    .map((line) => line.slice(indent))
    .join("\n")
    .trim();
  return html`<pre class="sql" tabindex="0" aria-label="SQL"><code>${withOrigin(text)};</code></pre>`;
}

/** SQL as a page shows it: above SQL that reads views as of a day stands where these come from. */
export function withOrigin(sql: string): string {
  if (!sql.includes("pg_temp.")) return sql;
  return `-- run ${asOfFile} first, in the same session: it makes the views of this report's day\n${sql}`;
}

/** The file of a report as of a day that makes its views. */
export const asOfFile = "data/as-of.sql";
