import { type Cell, cellContent } from "./cell.ts";
import { type Content, html, type Markup } from "./html.ts";

/** A column of a table. */
export interface Column<Row> {
  /** Its name in plain words, for cards on a phone and for the buttons that sort. */
  label: string;
  /** What its head shows; its label unless given. */
  head?: Content;
  align?: "right";
  cell: (row: Row) => Cell | string;
}

/** A choice above a table: only rows whose facet of that key has the chosen value are shown. */
export interface Facet {
  key: string;
  label: string;
  /** With the SQL condition of each value, where the page shows how to recount what is chosen. */
  values: { value: string; label: string; sql?: string }[];
}

/** A table of a page. */
export interface Table<Row> {
  id: string;
  caption: string;
  columns: Column<Row>[];
  rows: readonly Row[];
  /** What the choices look at, by their key. */
  facetsOf?: ((row: Row) => Record<string, string>) | undefined;
  /** Shown instead of a table without rows. */
  empty: string;
  /** Its file of data, for more rows than the page holds. */
  file?: string | undefined;
  /** All rows, when `rows` are only the first ones. */
  total?: number | undefined;
}

/** A table; on a phone each row is a card, and keeps its roles. */
export function table<Row>(options: Table<Row>): Markup {
  const { id, caption, columns, rows, empty, file } = options;
  if (rows.length === 0) return html`<p class="empty" id="${id}">${empty}</p>`;
  const total = options.total ?? rows.length;
  return html`<table class="cards" id="${id}" role="table" aria-label="${caption}"${
    file && html` data-file="${file}" data-total="${total}"`
  }>
<thead role="rowgroup"><tr role="row">${columns.map(headOf)}</tr></thead>
<tbody role="rowgroup">${rows.map((row) => tableRow(columns, row, options.facetsOf?.(row)))}</tbody>
</table>`;
}

/** One row of a table. */
export function tableRow<Row>(
  columns: readonly Column<Row>[],
  row: Row,
  facets: Record<string, string> = {},
): Markup {
  const attributes = Object.entries(facets).map(
    // the keys are our own words
    ([key, value]) => html` data-${key}="${value}"`,
  );
  return html`<tr role="row"${attributes}>${columns.map((column, index) =>
    cellOf(column, row, index === 0),
  )}</tr>
`;
}

/** The head of a table. */
export function headOf<Row>({ label, head, align }: Column<Row>): Markup {
  return html`<th scope="col" role="columnheader" data-name="${label}"${
    align && html` class="num"`
  }>${head ?? label}</th>`;
}

function cellOf<Row>({ label, align, cell }: Column<Row>, row: Row, isHead: boolean): Markup {
  const content = asCell(cell(row));
  const attributes = html` data-label="${label}"${align && html` class="num"`}${
    content.key !== undefined && html` data-key="${content.key}"`
  }`;
  return isHead
    ? html`<th scope="row" role="rowheader"${attributes}>${cellContent(content)}</th>`
    : html`<td role="cell"${attributes}>${cellContent(content)}</td>`;
}

/** A cell that was given as plain text, as a cell. */
export function asCell(cell: Cell | string): Cell {
  return typeof cell === "string" ? { text: cell } : cell;
}

/** What stands above a table to search and filter it; hidden where no script can do it. */
export function tableTools(
  tableId: string,
  {
    facets = [],
    search,
    files = [],
  }: {
    facets?: Facet[];
    search: string;
    files?: { href: string; label: string }[];
  },
): Markup {
  return html`<form class="tools" data-for="${tableId}" hidden>
<label>Search <input type="search" name="search" placeholder="${search}" autocomplete="off"></label>
${facets.map(choice)}
<output aria-live="polite"></output>
</form>
${files.length > 0 && html`<p class="files">${files.map(({ href, label }, index) => html`${index > 0 && " · "}<a href="${href}">${label}</a>`)}</p>`}`;
}

function choice({ key, label, values }: Facet): Markup {
  return html`<label>${label} <select name="${key}"><option value="">all</option>${values.map(
    ({ value, label: text, sql }) =>
      html`<option value="${value}"${sql && html` data-sql="${sql}"`}>${text}</option>`,
  )}</select></label>`;
}
