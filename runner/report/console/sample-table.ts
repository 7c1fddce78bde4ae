import { clipToWidth, displayWidth, foldToWidth, visibleText } from "../../text/terminal-text.ts";
import { counted, limitText } from "../limit-text.ts";
import { formatTable, type TableOptions } from "../rows/table.ts";

const textType = 25;
const mostRows = 5;
const mostParts = 3;
const longestValue = 1000;
/** How wide values are in reports that are files. */
export const reportedCell = 60;
// What core calls the column with the condition that a row breaks.
const brokenCondition = "failing_row_condition";

/** How a sample is laid out. */
export interface SampleOptions {
  /** Columns of the terminal; without it lines are as long as they are, and nothing is cut. */
  maxWidth?: number | undefined;
  /** Longer values are cut with `…`; whole unless told. */
  widestCell?: number | undefined;
  /** The rule that the rows break: its columns come first and are never cut. */
  rule?: string | undefined;
}

/**
 * Takes the offending rows of an assertion (up to 5 are shown) and returns them as aligned lines.
 * Columns that do not fit into a line are shown in further tables below; omitted columns are named.
 */
export function formatSample(
  sample: readonly Record<string, unknown>[],
  { maxWidth, widestCell, rule = "" }: SampleOptions = {},
): string[] {
  const shown = sample.slice(0, mostRows);
  const names = [...new Set(shown.flatMap((row) => Object.keys(row)))];
  const told = names.filter((name) => isNamedIn(rule, name));
  const others = names.filter((name) => !told.includes(name));
  const column = (name: string): SampleColumn => {
    const values = shown.map((row) => limited(sampleText(row[name])));
    const isRight = values.every(isNumber);
    if (maxWidth === undefined) return { name, values, isRight };
    const laidOut = told.includes(name) ? folded : clipped;
    return { name, values: values.map((value) => laidOut(value, maxWidth)), isRight };
  };
  const ordered = [...told, ...others].map(column);
  if (maxWidth === undefined) return table(ordered, { maxCellWidth: widestCell });
  const parts = inParts(ordered, maxWidth);
  const needed = parts.findLastIndex((part) => part.some(({ name }) => told.includes(name))) + 1;
  // The columns of the rule, and some more by which the row is known.
  const hasOthers = parts
    .slice(0, needed)
    .flat()
    .some(({ name }) => others.includes(name));
  const kept = told.length > 0 ? needed + (hasOthers ? 0 : 1) : mostParts;
  const left = parts
    .slice(kept)
    .flat()
    .map(({ name }) => visibleText(name).replace(/\s+/g, " "));
  return [
    ...parts.slice(0, kept).flatMap((part) => table(part, { maxWidth })),
    ...(left.length > 0
      ? [clipToWidth(`and ${counted(left.length, "column")} more: ${left.join(", ")}`, maxWidth)]
      : []),
  ];
}

interface SampleColumn {
  name: string;
  values: (string | null)[];
  isRight: boolean;
}

function table(columns: readonly SampleColumn[], options: TableOptions): string[] {
  if (columns.length === 0) return [];
  const rows = (columns[0]?.values ?? []).map((_, row) =>
    columns.map(({ values }) => values[row] ?? null),
  );
  return formatTable(
    columns.map(({ name }) => ({ name, typeOid: textType })),
    rows,
    { ...options, alignRight: columns.map(({ isRight }) => isRight) },
  );
}

/** As many columns beside each other as fit. */
function inParts(columns: readonly SampleColumn[], maxWidth: number): SampleColumn[][] {
  const parts: SampleColumn[][] = [];
  let used = maxWidth;
  for (const column of columns) {
    // A space on both sides and the line to the next column.
    const width = widthOf(column) + 3;
    if (used + width > maxWidth + 1) {
      parts.push([]);
      used = 0;
    }
    parts.at(-1)?.push(column);
    used += width;
  }
  return parts;
}

function widthOf({ name, values }: SampleColumn): number {
  const lines = [name, ...values].flatMap((text) => visibleText(text ?? "").split("\n"));
  return Math.max(...lines.map(displayWidth));
}

function folded(value: string | null, maxWidth: number): string | null {
  if (value === null) return value;
  const lines = visibleText(value).split("\n");
  return lines.flatMap((line) => foldToWidth(line, Math.max(8, maxWidth - 4))).join("\n");
}

function clipped(value: string | null, maxWidth: number): string | null {
  if (value === null) return value;
  const width = Math.min(reportedCell, Math.max(8, maxWidth - 4));
  return visibleText(value)
    .split("\n")
    .map((line) => clipToWidth(line, width))
    .join("\n");
}

function isNamedIn(rule: string, name: string): boolean {
  const words: readonly string[] = rule.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? [];
  return (
    name === brokenCondition || words.includes(name.toLowerCase()) || rule.includes(`"${name}"`)
  );
}

function limited(value: string | null): string | null {
  return value === null ? null : limitText(value, longestValue);
}

function sampleText(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function isNumber(value: string | null): boolean {
  return value === null || /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(value);
}
