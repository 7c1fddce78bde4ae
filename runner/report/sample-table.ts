import { formatTable } from "./table.ts";

const textType = 25;
const mostRows = 5;
const widestCell = 60;

/**
 * Takes the offending rows of an assertion (up to 5 are shown) and returns them as aligned lines.
 * Columns stand in the order of their first appearance.
 */
export function formatSample(
  sample: readonly Record<string, unknown>[],
  options: { maxWidth?: number } = {},
): string[] {
  const shown = sample.slice(0, mostRows);
  const names = [...new Set(shown.flatMap((row) => Object.keys(row)))];
  if (names.length === 0) return [];
  const rows = shown.map((row) => names.map((name) => sampleText(row[name])));
  return formatTable(
    names.map((name) => ({ name, typeOid: textType })),
    rows,
    {
      alignRight: names.map((_, index) => rows.every((row) => isNumber(row[index] ?? null))),
      maxCellWidth: widestCell,
      maxWidth: options.maxWidth,
    },
  );
}

function sampleText(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function isNumber(value: string | null): boolean {
  return value === null || /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(value);
}
