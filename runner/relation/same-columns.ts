import type { Column } from "./relation.ts";

// The collation of a column for which a query names none.
const unsaid = [null, 'pg_catalog."default"'];

/**
 * Whether a table has the columns that its query gives, in the same order. Columns that others added
 * and that fill themselves do not count: no query gives them. Nor does a collation that others gave to
 * a column, unless the query names another one.
 */
export function haveSameColumns(table: readonly Column[], query: readonly Column[]): boolean {
  const given = new Set(query.map(({ name }) => name));
  const own = table.filter(({ name, fillsItself }) => given.has(name) || !fillsItself);
  return (
    own.length === query.length &&
    query.every(({ name, type, collation }, index) => {
      const column = own[index];
      if (column?.name !== name || column.type !== type) return false;
      return unsaid.includes(collation) || collation === column.collation;
    })
  );
}
