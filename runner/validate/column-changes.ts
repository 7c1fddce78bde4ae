import type { ColumnChange, PlannedColumn } from "../results/plan-findings.ts";

/** Takes the columns as they are and as they would be; returns what differs, removals first. */
export function columnChanges(
  current: readonly PlannedColumn[],
  planned: readonly PlannedColumn[],
): ColumnChange[] {
  const before = new Map(current.map(({ name, type }) => [name, type]));
  const after = new Set(planned.map(({ name }) => name));
  const removed = current
    .filter(({ name }) => !after.has(name))
    .map(({ name, type }): ColumnChange => ({ change: "removed", name, type }));
  const others = planned.flatMap(({ name, type }): ColumnChange[] => {
    const from = before.get(name);
    if (from === undefined) return [{ change: "added", name, type }];
    return from === type ? [] : [{ change: "retyped", name, from, to: type }];
  });
  return [...removed, ...others];
}

/** Whether two relations have the same columns, in the same order. */
export function haveSameColumns(
  current: readonly PlannedColumn[],
  planned: readonly PlannedColumn[],
): boolean {
  const shape = (columns: readonly PlannedColumn[]) =>
    JSON.stringify(columns.map(({ name, type }) => [name, type]));
  return shape(current) === shape(planned);
}
