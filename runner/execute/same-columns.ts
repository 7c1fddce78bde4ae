import { type Column, columnDefinition } from "./relation.ts";

/**
 * Whether a table has the columns that its query gives, in the same order. Columns that others added
 * and that fill themselves do not count: no query gives them.
 */
export function haveSameColumns(table: readonly Column[], query: readonly Column[]): boolean {
  const given = new Set(query.map(({ name }) => name));
  const own = table.filter(({ name, fillsItself }) => given.has(name) || !fillsItself);
  const shape = (columns: readonly Column[]) => JSON.stringify(columns.map(columnDefinition));
  return shape(own) === shape(query);
}
