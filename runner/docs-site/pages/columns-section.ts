import { counted, nothing } from "../../pages/format.ts";
import { type Content, html, type Markup } from "../../pages/html.ts";
import { section } from "../../pages/section.ts";
import type { ColumnLink, DocsAction, DocsColumn } from "../docs.ts";

/** Links of a cell that are shown at once. */
const mostLinks = 3;

/** The columns of an action: type, description, where they come from and who uses them. */
export function columnsSection(action: DocsAction, root: string): Markup | null {
  const { columns, kind } = action;
  if (columns.length === 0) {
    if (kind === "assertion" || kind === "operation") return null;
    return section("Columns", {}, html`<p class="empty">${emptyReason(action)}</p>`);
  }
  const undescribed = columns.filter(({ description }) => description === "").length;
  const remark = `${columns.length}${undescribed > 0 ? `, ${undescribed} without a description` : ""}`;
  return section(
    "Columns",
    { more: remark, id: "columns" },
    html`<table class="cards columns" role="table" aria-label="Columns of ${action.name}"><thead role="rowgroup"><tr role="row">${[
      ...["Column", "Type", "Description", "Comes from", "Used by"],
    ].map((head) => html`<th scope="col" role="columnheader">${head}</th>`)}</tr></thead>
<tbody role="rowgroup">${columns.map((column, index) => columnRow(column, index, { action, root }))}</tbody></table>`,
  );
}

function emptyReason({ relation, kind }: DocsAction): string {
  if (relation) return "It has no column.";
  if (kind === "declaration") return "Its columns are known once it stands in the database.";
  return "No column is described, and it does not stand in the database that was read.";
}

function columnRow(
  column: DocsColumn,
  index: number,
  { action, root }: { action: DocsAction; root: string },
): Markup {
  const { name, type, isRequired, description, tags, isAbsent } = column;
  const cell = (label: string, content: Content, isWide = false) =>
    html`<td role="cell" data-label="${label}"${isWide && html` class="whole"`}>${content}</td>`;
  return html`<tr role="row" id="column-${index}"><th scope="row" role="rowheader"><code>${name}</code></th>${cell(
    "Type",
    html`<code class="muted">${type ?? nothing}</code>${isRequired && html`<small>not null</small>`}`,
  )}${cell(
    "Description",
    html`${description || html`<span class="muted">${nothing}</span>`}${tags.length > 0 && html`<small>${tags.join(", ")}</small>`}${isAbsent && html`<small>not in the database</small>`}`,
    true,
  )}${cell("Comes from", sourcesOf(column, action, root), true)}${cell("Used by", usersOf(column, root), true)}</tr>
`;
}

function sourcesOf(column: DocsColumn, action: DocsAction, root: string): Content {
  const { sources, unknown } = column;
  const taken = sources.filter(({ way }) => way !== "window" && way !== "condition");
  const deciding = sources.filter((source) => !taken.includes(source));
  const ways = new Set(taken.map(({ way }) => way));
  const isPlain = ways.size === 1 && ways.has("direct");
  if (sources.length === 0 && unknown === undefined)
    return html`<small>${originOf(column)}</small>`;
  return html`${linkList(taken, root)}${!isPlain && taken.length > 0 && html`<small>${[...ways].join(", ")}</small>`}${
    deciding.length > 0 && html`<small>decided by ${links(deciding, root)}</small>`
  }${unknown !== undefined && action.kind !== "declaration" && html`<small title="${unknown}">${taken.length > 0 ? "more is unknown" : "unknown"}</small>`}`;
}

/** Where a column comes from that takes from no other one. */
function originOf({ isKept, isStored }: DocsColumn): string {
  if (isKept) return "kept as it was";
  return isStored ? "written from elsewhere" : "a constant, or made here";
}

function usersOf({ users, usedBy }: DocsColumn, root: string): Content {
  const readers = [...new Set(usedBy.map(({ action }) => action))];
  if (users.length + readers.length === 0) return html`<span class="muted">${nothing}</span>`;
  return html`${linkList(users, root)}${readers.length > 0 && readersOf(readers, root)}`;
}

function readersOf(readers: readonly DocsAction[], root: string): Markup {
  const links = readers
    .slice(0, 100)
    .map(
      (reader) => html`<div class="from"><a href="${root}${reader.page}">${reader.name}</a></div>`,
    );
  return html`<details><summary>joined or filtered by in ${counted(readers.length, "model")}</summary>${links}</details>`;
}

function linkList(all: readonly ColumnLink[], root: string): Content {
  if (all.length === 0) return null;
  const shown = all.slice(0, mostLinks);
  const more = all.length - shown.length;
  return html`${shown.map((each) => html`<div class="from">${link(each, root)}</div>`)}${
    more > 0 &&
    html`<details><summary>${counted(more, "column")} more</summary>${all.slice(mostLinks, 100).map((each) => html`<div class="from">${link(each, root)}</div>`)}</details>`
  }`;
}

function links(all: readonly ColumnLink[], root: string): Content {
  return all
    .slice(0, mostLinks)
    .map((each, index) => html`${index > 0 && ", "}${link(each, root)}`);
}

function link({ action, relation, column }: ColumnLink, root: string): Markup {
  if (action === undefined) return html`<code>${relation}.${column}</code>`;
  const index = action.columns.findIndex(({ name }) => name === column);
  const place = index < 0 ? "" : `#column-${index}`;
  return html`<code><a href="${root}${action.page}${place}">${action.name}.${column}</a></code>`;
}
