import { visibleText } from "../text/terminal-text.ts";
import { asCell, type Column } from "./table.ts";

/** Most rows of a table that a page can show; the rest is in the CSV file. */
export const mostRows = 5_000;

/** Rows of a table that stand in its page from the start. */
export const firstRows = 100;

/** The same on a page of several tables. */
export const fewRows = 40;

/**
 * The rows of a table as a script that a page loads when somebody searches, sorts or asks for more:
 * pages from a disk may load scripts, and nothing else. Values are JSON in which no markup can end.
 */
export function dataFile<Row>(
  id: string,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  facetsOf?: (row: Row) => Record<string, string>,
): string {
  const lines = rows.slice(0, mostRows).map((row) => {
    const cells = columns.map(({ cell }) => packed(asCell(cell(row))));
    return inertJson([cells, facetsOf?.(row) ?? {}]);
  });
  return `tableRows(${inertJson(id)},[\n${lines.join(",\n")}\n]);\n`;
}

/**
 * JSON that can stand in a script or in HTML: nothing in it ends either. In its texts, as in those of a
 * page, controls and turns of direction are written out.
 */
export function inertJson(value: unknown): string {
  const shown = (_: string, part: unknown) => (typeof part === "string" ? visibleText(part) : part);
  return JSON.stringify(value, shown).replace(
    /[<>&]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function packed(cell: ReturnType<typeof asCell>) {
  const { text, sub, tone, glyph, href, code } = cell;
  // JSON has no infinity: it would be null, and the row would be sorted by its text
  const key = cell.key === Number.POSITIVE_INFINITY ? Number.MAX_VALUE : cell.key;
  const isPlain = [sub, tone, glyph, href, key, code].every((value) => value === undefined);
  return isPlain ? text : { text, sub, tone, glyph, href, key, code };
}
