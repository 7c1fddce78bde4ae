import type { Difference, DifferentRow } from "../../results/unit-test-result.ts";
import { visibleText } from "../../text/terminal-text.ts";
import { counted } from "../limit-text.ts";
import { formatTable } from "../rows/table.ts";

/** How a difference is laid out. */
export interface FormatDifferenceOptions {
  /** Columns of the terminal; lines are as long as they need to be unless told. */
  maxWidth?: number | undefined;
}

const textType = 25;
const widestCell = 40;

/**
 * Takes the difference of a unit test and returns lines: the numbers of missing and unexpected
 * rows, then the rows as in a diff, `-` expected and `+` actual. A wide table shows only the
 * columns that fit, those with a difference first.
 */
export function formatDifference(
  difference: Difference,
  { maxWidth }: FormatDifferenceOptions = {},
): string[] {
  const { missingColumns, unexpectedColumns } = difference;
  if (missingColumns.length + unexpectedColumns.length > 0) {
    return [
      ...columnLine("- expected column", missingColumns),
      ...columnLine("+ unexpected column", unexpectedColumns),
    ];
  }
  const kept = maxWidth === undefined ? allOf(difference) : fittingColumns(difference, maxWidth);
  const hidden = difference.columns.length - kept.length;
  return [
    totals(difference),
    ...rowTable(difference, kept, maxWidth),
    ...moreRows(difference),
    ...(hidden > 0 ? [`(${counted(hidden, "column")} not shown; --json has all)`] : []),
  ];
}

function columnLine(label: string, names: readonly string[]): string[] {
  if (names.length === 0) return [];
  return [visibleText(`${label}${names.length === 1 ? "" : "s"}: ${names.join(", ")}`)];
}

function totals({ missingRows, unexpectedRows }: Difference): string {
  const parts = [
    ...(missingRows > 0 ? [`- ${counted(missingRows, "expected row")} missing`] : []),
    ...(unexpectedRows > 0 ? [`+ ${counted(unexpectedRows, "unexpected row")}`] : []),
  ];
  return parts.join(", ");
}

function rowTable({ columns, rows }: Difference, kept: number[], maxWidth?: number): string[] {
  const names = kept.map((index) => columns[index] ?? "");
  const cells = rows.map(({ values }) => kept.map((index) => cellText(values[index])));
  const alignRight = kept.map((_, column) => cells.every((row) => isNumber(row[column] ?? "")));
  return formatTable(
    ["", ...names].map((name) => ({ name, typeOid: textType })),
    rows.map((row, index) => [mark(row), ...(cells[index] ?? [])]),
    { alignRight: [false, ...alignRight], maxCellWidth: widestCell, maxWidth },
  ).map((line) => line.slice(1));
}

function mark({ side, count }: DifferentRow): string {
  return `${side === "expected" ? "-" : "+"}${count > 1 ? ` ${count}x` : ""}`;
}

/** An empty text and NULL look the same in a table. */
function cellText(value: string | null | undefined): string {
  if (value === null || value === undefined) return "NULL";
  return value === "" ? "''" : value;
}

function isNumber(text: string): boolean {
  return text === "NULL" || /^-?\d+(\.\d+)?$/.test(text);
}

function moreRows({ missingRows, unexpectedRows, rows }: Difference): string[] {
  const shown = rows.reduce((sum, { count }) => sum + count, 0);
  const left = missingRows + unexpectedRows - shown;
  return left > 0 ? [`… and ${counted(left, "more row")}`] : [];
}

function allOf({ columns }: Difference): number[] {
  return columns.map((_, index) => index);
}

/** Leaves out columns from the right, those that are equal everywhere first, until the rest fits. */
function fittingColumns(difference: Difference, maxWidth: number): number[] {
  const widths = allOf(difference).map((index) => columnWidth(difference, index) + 3);
  const equal = allOf(difference).filter((index) => isEqualInPairs(difference, index));
  const different = allOf(difference).filter((index) => !equal.includes(index));
  const kept = new Set(allOf(difference));
  let width = widths.reduce((sum, each) => sum + each, 8);
  for (const index of [...equal.reverse(), ...different.reverse()]) {
    if (width <= maxWidth || kept.size === 1) break;
    kept.delete(index);
    width -= widths[index] ?? 0;
  }
  return [...kept];
}

function columnWidth({ columns, rows }: Difference, index: number): number {
  const texts = [columns[index] ?? "", ...rows.map(({ values }) => cellText(values[index]))];
  return Math.max(...texts.map((text) => Math.min(text.length, widestCell)));
}

function isEqualInPairs({ rows }: Difference, index: number): boolean {
  return rows.every((row, at) => {
    const next = rows[at + 1];
    const isPair = row.side === "expected" && next?.side === "actual";
    return !isPair || row.values[index] === next.values[index];
  });
}
