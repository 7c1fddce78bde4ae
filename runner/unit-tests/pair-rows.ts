import type { DifferentRow } from "../results/unit-test-result.ts";

/**
 * Takes the different rows of both sides and returns them with each expected row followed by the
 * actual row that shares most values with it; actual rows without a partner come last.
 */
export function pairRows(rows: readonly DifferentRow[]): DifferentRow[] {
  const left = new Set(rows.filter(({ side }) => side === "actual"));
  const paired = rows
    .filter(({ side }) => side === "expected")
    .flatMap((row) => {
      const partner = nearest(row, left);
      if (!partner) return [row];
      left.delete(partner);
      return [row, partner];
    });
  return [...paired, ...left];
}

function nearest(row: DifferentRow, others: Iterable<DifferentRow>): DifferentRow | undefined {
  let best: DifferentRow | undefined;
  let most = 0;
  for (const other of others) {
    const likeness = commonValues(row, other);
    if (likeness > most) [best, most] = [other, likeness];
  }
  return best;
}

function commonValues(row: DifferentRow, other: DifferentRow): number {
  return row.values.filter((value, index) => value === other.values[index]).length;
}
