import { dataFile, firstRows } from "./data-file.ts";
import { html, type Markup } from "./html.ts";
import { type Facet, type Table, table, tableTools } from "./table.ts";

/** A file of the report, by its path in the folder of the report. */
export interface ReportFile {
  path: string;
  text: string;
}

/** A table that may have more rows than a page should hold, with what searches and filters it. */
export interface LongTable<Row> extends Omit<Table<Row>, "file" | "total"> {
  facets?: Facet[];
  /** What can be searched for, in words. */
  search: string;
  /** The file with all rows. */
  csv: string;
  /** Rows that stand in the page from the start; fewer where a page has several tables. */
  first?: number;
  /** Name of the data file; the id of the table unless given. */
  name?: string;
}

/**
 * A table with its search and filters: its first rows in the page, more of them in a data file that
 * the page loads when it is asked for, all of them in the CSV file.
 */
export function longTable<Row>(options: LongTable<Row>): { markup: Markup; files: ReportFile[] } {
  const { id, columns, rows, facets, search, csv, name = id, first = firstRows } = options;
  const isLong = rows.length > first;
  const file = isLong ? `data/${name}.js` : undefined;
  const shown = { ...options, rows: rows.slice(0, first), total: rows.length, file };
  const tools = tableTools(id, {
    search,
    ...(facets && { facets }),
    files: [
      { href: `data/${csv}.csv`, label: "CSV" },
      { href: "data/report.json", label: "JSON" },
    ],
  });
  return {
    markup: html`${tools}
${table(shown)}`,
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
