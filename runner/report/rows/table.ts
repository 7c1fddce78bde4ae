import type { QueryResult } from "../../database/database.ts";
import {
  clipToWidth,
  displayWidth,
  expandTabs,
  padToWidth,
  visibleText,
} from "../../text/terminal-text.ts";

/** How a table is laid out. */
export interface TableOptions {
  /** Per column; a missing entry is decided by the column's type: numbers to the right. */
  alignRight?: readonly (boolean | undefined)[];
  /** Longer lines are cut with `…`; whole unless told. */
  maxWidth?: number | undefined;
  /** Longer values are cut with `…`; whole unless told. */
  maxCellWidth?: number | undefined;
}

// int8, int2, int4, oid, float4, float8, money, numeric
const numberTypes = new Set([20, 21, 23, 26, 700, 701, 790, 1700]);

/**
 * Takes the columns and rows of a query result and returns aligned lines in the manner of psql,
 * without a footer: heads in the middle, numbers to the right, null empty, a `+` where a value goes
 * on in the next line. Wide characters are measured, terminal escapes written out.
 */
export function formatTable(
  columns: QueryResult["columns"],
  rows: QueryResult["rows"],
  options: TableOptions = {},
): string[] {
  const toRight = columns.map(
    ({ typeOid }, index) => options.alignRight?.[index] ?? numberTypes.has(typeOid),
  );
  const heads = columns.map(({ name }) => cellLines(name, options.maxCellWidth));
  const cells = rows.map((row) =>
    columns.map((_, index) => cellLines(row[index] ?? "", options.maxCellWidth)),
  );
  const widths = heads.map((head, index) => columnWidth(head, cells, index));
  const lines = [
    ...rowLines(heads, widths, (text, width) => centre(text, width)),
    widths.map((width) => "-".repeat(width + 2)).join("+"),
    ...cells.flatMap((row) =>
      rowLines(row, widths, (text, width, index) =>
        padToWidth(text, width, toRight[index] ? "right" : "left"),
      ),
    ),
  ];
  const { maxWidth } = options;
  return maxWidth === undefined ? lines : lines.map((line) => clipToWidth(line, maxWidth));
}

function cellLines(value: string, maxWidth: number | undefined): string[] {
  // A value may be a megabyte of which a few columns are shown.
  const text = maxWidth === undefined ? value : value.slice(0, 8 * maxWidth);
  const lines = visibleText(text).split("\n").map(expandTabs);
  return maxWidth === undefined ? lines : lines.map((line) => clipToWidth(line, maxWidth));
}

function columnWidth(head: string[], cells: string[][][], index: number): number {
  let widest = 0;
  for (const line of head) widest = Math.max(widest, displayWidth(line));
  for (const row of cells) {
    for (const line of row[index] ?? []) widest = Math.max(widest, displayWidth(line));
  }
  return widest;
}

function rowLines(
  row: string[][],
  widths: number[],
  align: (text: string, width: number, index: number) => string,
): string[] {
  const height = Math.max(1, ...row.map((lines) => lines.length));
  return Array.from({ length: height }, (_, line) =>
    row
      .map((lines, index) => {
        const more = line < lines.length - 1 ? "+" : " ";
        return ` ${align(lines[line] ?? "", widths[index] ?? 0, index)}${more}`;
      })
      .join("|")
      .trimEnd(),
  );
}

function centre(text: string, width: number): string {
  const left = Math.floor((width - displayWidth(text)) / 2);
  return padToWidth(" ".repeat(Math.max(0, left)) + text, width);
}
