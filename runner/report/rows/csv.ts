import type { QueryResult } from "../../database/database.ts";

/** How CSV is written. */
export interface CsvOptions {
  /** CR LF by RFC 4180 unless told. */
  lineBreak?: "\r\n" | "\n";
  /**
   * Puts `'` before texts that a spreadsheet would run as a formula (`=`, `+`, `-`, `@`, also in full
   * width, tab, CR, LF); numbers stay. Off unless asked, because it changes the data.
   */
  guardFormulas?: boolean;
}

/**
 * Takes the columns and rows of a query result and returns RFC 4180 text with a head line and a
 * line break at the end. Null is an empty field, the empty string is `""`. Values are unchanged:
 * the text is for files and programs, not for a terminal.
 */
export function formatCsv(
  columns: QueryResult["columns"],
  rows: QueryResult["rows"],
  options: CsvOptions = {},
): string {
  const { lineBreak = "\r\n", guardFormulas = false } = options;
  const field = (value: string | null) =>
    csvField(guardFormulas && value !== null ? guarded(value) : value);
  const head = columns.map(({ name }) => field(name)).join(",");
  const lines = rows.map((row) => columns.map((_, index) => field(row[index] ?? null)).join(","));
  return [head, ...lines].map((line) => line + lineBreak).join("");
}

function csvField(value: string | null): string {
  if (value === null) return "";
  // A line of `\.` alone would end the data for PostgreSQL's `copy`.
  const isPlain = value !== "" && value !== "\\." && !/[",\r\n]/.test(value);
  return isPlain ? value : `"${value.replaceAll('"', '""')}"`;
}

function guarded(value: string): string {
  const isNumber = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(value);
  return !isNumber && /^[=+\-@\t\r\n＝＋－＠]/.test(value) ? `'${value}` : value;
}
