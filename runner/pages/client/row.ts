/** A cell of a data file: its text, or with what it is besides. */
export type PackedCell =
  | string
  | {
      text: string;
      sub?: string;
      tone?: string;
      glyph?: string;
      href?: string;
      key?: string | number;
      code?: boolean;
    };

/** A row of a table. */
export interface Row {
  /** Made when the row is shown for the first time. */
  element: HTMLTableRowElement | undefined;
  cells: PackedCell[];
  facets: Record<string, string>;
  /** What can be searched, in lower case. */
  text: string;
}

/** The rows of a table as they stand in the page, also of several groups. */
export function rowsIn(table: HTMLTableElement): Row[] {
  return [...table.querySelectorAll<HTMLTableRowElement>("tbody tr:not(.group)")].map((element) => {
    const cells = [...element.cells].map(cellIn);
    const group = element.parentElement?.querySelector(".group")?.textContent ?? "";
    const facets = Object.fromEntries(
      Object.entries(element.dataset).map(([key, value = ""]) => [key, value]),
    );
    return { element, cells, facets, text: `${textOf(cells)} ${group.toLowerCase()}` };
  });
}

function cellIn(cell: HTMLTableCellElement): PackedCell {
  const text = cell.textContent ?? "";
  const { key } = cell.dataset;
  if (key === undefined) return text;
  return { text, key: Number.isNaN(Number(key)) ? key : Number(key) };
}

/** Rows of a data file. */
export function rowsOf(data: readonly [PackedCell[], Record<string, string>][]): Row[] {
  return data.map(([cells, facets]) => ({
    element: undefined,
    cells,
    facets,
    text: textOf(cells),
  }));
}

function textOf(cells: readonly PackedCell[]): string {
  const texts = cells.map((cell) =>
    typeof cell === "string" ? cell : `${cell.text} ${cell.sub ?? ""}`,
  );
  return texts.join(" ").toLowerCase();
}

/** The element of a row; what comes from the data is set as text, never as markup. */
export function elementOf(row: Row, labels: readonly string[]): HTMLTableRowElement {
  if (row.element === undefined) {
    row.element = document.createElement("tr");
    row.element.setAttribute("role", "row");
    row.element.append(
      ...row.cells.map((cell, index) => tableCell(cell, labels[index] ?? "", index === 0)),
    );
  }
  return row.element;
}

function tableCell(cell: PackedCell, label: string, isHead: boolean): HTMLElement {
  const element = document.createElement(isHead ? "th" : "td");
  if (isHead) element.setAttribute("scope", "row");
  element.setAttribute("role", isHead ? "rowheader" : "cell");
  element.dataset.label = label;
  const parts = typeof cell === "string" ? { text: cell } : cell;
  if (typeof parts.key === "number") element.classList.add("num");
  const content = contentOf(parts);
  element.append(parts.code ? wrapped("code", content) : content);
  if (parts.sub) element.append(wrapped("small", parts.sub));
  return element;
}

function contentOf({ text, tone, glyph, href }: Exclude<PackedCell, string>): HTMLElement {
  const element = document.createElement(href ? "a" : "span");
  if (href) element.setAttribute("href", href);
  if (tone) element.className = tone;
  if (glyph) {
    const sign = wrapped("span", glyph);
    sign.className = "glyph";
    sign.setAttribute("aria-hidden", "true");
    element.append(sign, " ");
  }
  element.append(text);
  return element;
}

function wrapped(name: string, content: Node | string): HTMLElement {
  const element = document.createElement(name);
  element.append(content);
  return element;
}
