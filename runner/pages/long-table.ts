import { dataFile, firstRows } from "./data-file.ts";
import { html, type Markup } from "./html.ts";
import { type Facet, type Table, table, tableTools } from "./table.ts";

/** A file beside the pages, by its path in their folder. */
export interface PageFile {
  path: string;
  text: string;
}

/** A table that may have more rows than a page should hold, with what searches and filters it. */
export interface LongTable<Row> extends Omit<Table<Row>, "file" | "total"> {
  facets?: Facet[];
  /** What can be searched for, in words. */
  search: string;
  /** Files with all rows. */
  files?: { href: string; label: string }[];
  /** Rows that stand in the page from the start; fewer where a page has several tables. */
  first?: number;
  /** Name of the data file; the id of the table unless given. */
  name?: string;
  /** The way from the page to the folder of the pages: nothing, or `../`. */
  root?: string;
}

/**
 * A table with its search and filters: its first rows in the page, more of them in a data file that
 * the page loads when it is asked for, all of them in the CSV file.
 */
export function longTable<Row>(options: LongTable<Row>): { markup: Markup; files: PageFile[] } {
  const {
    id,
    columns,
    rows,
    facets,
    search,
    files,
    name = id,
    first = firstRows,
    root = "",
  } = options;
  const isLong = rows.length > first;
  const file = isLong ? `data/${name}.js` : undefined;
  const shown = { ...options, rows: rows.slice(0, first), total: rows.length };
  const tools = tableTools(id, {
    search,
    ...(facets && { facets }),
    ...(files && { files }),
  });
  return {
    markup: html`${tools}
${table({ ...shown, file: file && `${root}${file}` })}`,
    files: file ? [{ path: file, text: dataFile(id, columns, rows, options.facetsOf) }] : [],
  };
}

/** A facet whose values are those that the rows have, in the order of their labels. */
export function facetOf<Row>(
  { key, label }: { key: string; label: string },
  rows: readonly Row[],
  choiceOf: (row: Row) => { value: string; label: string },
): Facet {
  const values = new Map(rows.map((row) => [choiceOf(row).value, choiceOf(row)]));
  const sorted = [...values.values()].sort((one, other) =>
    one.label.localeCompare(other.label, "en"),
  );
  return { key, label, values: sorted.slice(0, mostChoices) };
}

/** A list of choices that is longer is no choice: there is the search. */
const mostChoices = 200;
