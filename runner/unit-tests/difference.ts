import type { Difference, DifferentRow } from "../results/unit-test-result.ts";
import { pairRows } from "./pair-rows.ts";

/** Among so many different rows the nearest partner of a row is looked for. */
export const fetchedRows = 400;

const shownRows = 20;

/** Returns how the columns of two relations differ, by name; undefined when both have the same. */
export function columnDifference(
  columns: readonly string[],
  given: readonly string[],
): Difference | undefined {
  const missingColumns = columns.filter((name) => !given.includes(name));
  const unexpectedColumns = given.filter((name) => !columns.includes(name));
  if (missingColumns.length + unexpectedColumns.length === 0) return undefined;
  const none = { missingRows: 0, unexpectedRows: 0, rows: [] };
  return { ...none, missingColumns, unexpectedColumns, columns: [...columns] };
}

/**
 * Takes how many rows differ, and the first of them as the surplus of the actual side and the values;
 * returns the difference with the rows to show, each beside the one that is most like it.
 */
export function rowDifference(
  columns: readonly string[],
  counts: Pick<Difference, "missingRows" | "unexpectedRows">,
  rows: readonly (readonly (string | null)[])[],
): Difference {
  const different = rows.map(([surplus, ...values]): DifferentRow => {
    const side = Number(surplus) < 0 ? "expected" : "actual";
    return { side, count: Math.abs(Number(surplus)), values };
  });
  return {
    ...counts,
    missingColumns: [],
    unexpectedColumns: [],
    columns: [...columns],
    rows: pairRows(different).slice(0, shownRows),
  };
}
