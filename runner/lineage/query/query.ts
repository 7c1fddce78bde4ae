import type { SyntaxNode } from "../../sql/parse-sql.ts";
import { originOf } from "./expression.ts";
import { emptyScope, type Scope, type Trace } from "./scope.ts";
import { rowsOfSelect, sortAndLimit, useColumns } from "./select.ts";
import { itemsOf, listOf, nodeOf } from "./syntax.ts";
import { type Column, named, noUses, type Rows, together, use, useAll } from "./value.ts";
import { withClause } from "./with-clause.ts";

/** The rows of a `SelectStmt`: a select, a list of values or a set operation, with what surrounds it. */
export function rowsOfQuery(trace: Trace, outer: Scope | undefined, node: SyntaxNode): Rows {
  const scope = withClause(trace, emptyScope(outer), nodeOf(node.withClause));
  const { rows, sortScope } = bodyOf(trace, scope, node);
  sortAndLimit(trace, sortScope, node, rows);
  return rows;
}

function bodyOf(trace: Trace, scope: Scope, node: SyntaxNode): { rows: Rows; sortScope: Scope } {
  const [left, right] = [nodeOf(node.larg), nodeOf(node.rarg)];
  if (left && right) {
    const arms = [rowsOfQuery(trace, scope, left), rowsOfQuery(trace, scope, right)] as const;
    return { rows: combined(node, ...arms), sortScope: scope };
  }
  if (!node.valuesLists) return rowsOfSelect(trace, scope, node);
  return { rows: rowsOfValues(trace, scope, node), sortScope: scope };
}

/** The rows of `values (…), (…)`. */
function rowsOfValues(trace: Trace, scope: Scope, node: SyntaxNode): Rows {
  const lists = listOf(node.valuesLists).map((list) =>
    itemsOf(list).map((each) => originOf(trace, scope, each)),
  );
  const columns = (lists[0] ?? []).map((_, index) =>
    named(`column${index + 1}`, together(lists.flatMap((list) => list[index] ?? []))),
  );
  return { columns, open: [], uses: noUses() };
}

/**
 * A set operation puts columns together by position. `intersect` and `except` take from the left alone
 * and choose by both sides; each but `union all` makes equal rows one.
 */
function combined(node: SyntaxNode, left: Rows, right: Rows): Rows {
  const uses = noUses();
  useAll(uses, left.uses);
  useAll(uses, right.uses);
  const isUnion = node.op === "SETOP_UNION";
  const open = [...left.open, ...right.open];
  if (!isUnion) {
    use(uses, "filter", together([...left.columns, ...right.columns]));
    for (const { reason } of open) uses.unknown.add(reason);
  }
  const rows = isUnion ? unionOf(left, right) : { ...left };
  if (!node.all) useColumns(uses, rows);
  return { columns: rows.columns, open: rows.open, uses };
}

function unionOf(left: Rows, right: Rows): Rows {
  const open = [...left.open, ...right.open];
  if (open.length === 0) {
    const columns = left.columns.map(({ name }, index): Column => {
      const both = [left.columns[index], right.columns[index]].filter((each) => each !== undefined);
      return named(name, together(both));
    });
    return { ...left, columns, open };
  }
  // Where one side may have more columns, nobody can say which ones meet.
  const unknown = new Set(open.map(({ reason }) => reason));
  const columns = left.columns.map(({ name }) => named(name, { sources: new Map(), unknown }));
  return { ...left, columns, open: [...unknown].map((reason) => ({ reason })) };
}
