import type { SyntaxNode } from "../../sql/parse-sql.ts";
import { columnNameOf } from "./column-name.ts";
import { originOf } from "./expression.ts";
import { withFromClause } from "./from-clause.ts";
import {
  columnIn,
  type FromItem,
  rowsNamed,
  type Scope,
  type Trace,
  unknownOf,
  valueOfColumn,
} from "./scope.ts";
import { bareName, integerOf, listOf, nodeOf, textOf, unwrap, wordsOf } from "./syntax.ts";
import {
  type Column,
  named,
  noUses,
  type OpenPart,
  type Rows,
  together,
  type Uses,
  unknownValue,
  use,
  useAll,
  type Value,
} from "./value.ts";

/** What a select list gives. */
interface Listed {
  columns: readonly Column[];
  open: readonly OpenPart[];
}

/** The rows of `select … from …`, whose `with` clause is in the scope. */
export function rowsOfSelect(
  trace: Trace,
  around: Scope,
  node: SyntaxNode,
): { rows: Rows; sortScope: Scope } {
  const windows = windowsOf(node);
  const scope = withFromClause(trace, { ...around, windows }, listOf(node.fromClause));
  const uses = noUses();
  for (const { rows } of scope.items) useAll(uses, rows.uses);
  use(uses, "filter", originOf(trace, scope, node.whereClause));
  const listed = listOf(node.targetList).map((each) => listedBy(trace, scope, each));
  const columns = listed.flatMap((each) => each.columns);
  const open = listed.flatMap((each) => each.open);
  // A window without a user is named all the same.
  originOf(trace, scope, node.windowClause);
  groupBy(trace, scope, node, { columns, open }, uses);
  use(uses, "filter", originOf(trace, scope, node.havingClause));
  distinctOn(trace, scope, node, { columns, open }, uses);
  return { rows: { columns, open, uses }, sortScope: scope };
}

/** Adds what `order by`, `limit` and `offset` of any query say. */
export function sortAndLimit(trace: Trace, scope: Scope, node: SyntaxNode, rows: Rows): void {
  const { uses } = rows;
  for (const each of listOf(node.sortClause)) {
    const { node: item } = unwrap(each);
    use(uses, "sort", byOutputName(trace, scope, rows, item.node));
  }
  use(uses, "filter", originOf(trace, scope, [node.limitCount, node.limitOffset]));
}

function windowsOf(node: SyntaxNode): Map<string, SyntaxNode> {
  const windows = listOf(node.windowClause).map((each) => unwrap(each).node);
  return new Map(windows.map((window) => [String(window.name), window]));
}

/** One entry of a select list; a star is many columns. */
export function listedBy(trace: Trace, scope: Scope, entry: unknown): Listed {
  const { node } = unwrap(entry);
  const { kind, node: expression } = unwrap(node.val);
  if (kind === "ColumnRef" && wordsOf(expression.fields).at(-1) === "*") {
    return starOf(trace, scope, wordsOf(expression.fields).slice(0, -1));
  }
  if (kind === "A_Indirection" && wordsOf(expression.indirection).at(-1) === "*") {
    return fieldsOf(trace, scope, expression);
  }
  const value = originOf(trace, scope, node.val);
  const name = textOf(node.name) ?? columnNameOf(node.val, (query) => firstName(trace, query));
  return { columns: [named(name, value)], open: [] };
}

/** The name of a sub-query's first column; its value was traced before. */
function firstName({ subqueries }: Trace, query: unknown): string | undefined {
  const rows = subqueries.get(query as object);
  return rows === undefined || rows.open.length > 0 ? undefined : rows.columns[0]?.name;
}

function starOf(trace: Trace, scope: Scope, words: readonly string[]): Listed {
  const relation = words.at(-1);
  const found = relation === undefined ? undefined : rowsNamed(scope, relation, words.at(-2));
  const rows =
    relation === undefined ? scope.items.map((item) => item.rows) : found && [found.rows];
  if (rows === undefined) return { columns: [], open: [{ reason: `${relation} is not known` }] };
  return {
    columns: rows.flatMap((each) =>
      each.columns
        .filter(({ isPossible }) => !isPossible)
        .map((column) => named(column.name, valueOfColumn(trace, column))),
    ),
    open: rows.flatMap((each) => each.open),
  };
}

/** `(row).*` */
function fieldsOf(trace: Trace, scope: Scope, { arg, indirection }: SyntaxNode): Listed {
  const steps = listOf(indirection).slice(0, -1);
  const row = steps.length === 0 ? arg : { A_Indirection: { arg, indirection: steps } };
  const { fields } = originOf(trace, scope, row);
  if (fields) return { columns: [...fields], open: [] };
  return {
    columns: [],
    open: [{ reason: "the fields of a row that is taken apart are not known" }],
  };
}

function groupBy(trace: Trace, scope: Scope, node: SyntaxNode, listed: Listed, uses: Uses): void {
  for (const each of listOf(node.groupClause)) {
    use(uses, "group", groupValue(trace, scope, listed, each));
  }
}

/** A bare name in `group by` is first a column of `from`, then one of the select list. */
function groupValue(trace: Trace, scope: Scope, listed: Listed, item: unknown): Value {
  const { kind, node } = unwrap(item);
  if (kind === "GroupingSet") {
    return together(listOf(node.content).map((each) => groupValue(trace, scope, listed, each)));
  }
  // Parentheses around a list: each of it stands for itself. `row(…)` is an expression.
  if (kind === "RowExpr" && node.row_format === "COERCE_IMPLICIT_CAST") {
    return together(listOf(node.args).map((each) => groupValue(trace, scope, listed, each)));
  }
  const name = bareName(item);
  const own = name === undefined ? undefined : ownItem(scope, name);
  if (own && name !== undefined) {
    return columnIn(trace, { ...own.rows, open: [] }, name) ?? unknownValue(`${name} is not known`);
  }
  const doubts = scope.items.flatMap(({ rows }) => rows.open);
  const column = listed.columns.find((each) => each.name === name);
  if (!column || doubts.length === 0 || isItself(column, doubts)) {
    return byOutputName(trace, scope, listed, item);
  }
  return unknownOf(column.name, doubts);
}

/** Whether a column of the select list is the one that a relation of `from` would have by its name. */
function isItself({ name, sources }: Column, doubts: readonly OpenPart[]): boolean {
  const [source, ...others] = sources.values();
  if (source === undefined || others.length > 0) return false;
  const { schema, table, column, way } = source;
  const isThere = doubts.some((each) => each.table?.schema === schema && each.table.name === table);
  return isThere && way === "direct" && column === name;
}

function ownItem(scope: Scope, name: string): FromItem | undefined {
  return scope.items.find(({ rows }) => rows.columns.some((each) => each.name === name));
}

/** A position or a name of the select list, or else an expression. */
function byOutputName(trace: Trace, scope: Scope, listed: Listed, item: unknown): Value {
  const position = integerOf(item);
  if (position !== undefined) return byPosition(listed, position);
  const name = bareName(item);
  const column = listed.columns.find((each) => each.name === name);
  if (column || name === undefined) return column ?? originOf(trace, scope, item);
  // What a star gives that is not known may have the name, and would be meant then.
  const isInDoubt = ownItem(scope, name) !== undefined || listed.open.some((part) => !part.table);
  const { open } = listed;
  return open.length > 0 && isInDoubt ? unknownOf(name, open) : originOf(trace, scope, item);
}

function byPosition({ columns, open }: Listed, position: number): Value {
  const [reason] = open.map((part) => part.reason);
  if (reason !== undefined) return unknownValue(`column ${position}: ${reason}`);
  return columns[position - 1] ?? unknownValue(`there is no column ${position}`);
}

function distinctOn(trace: Trace, scope: Scope, node: SyntaxNode, listed: Listed, uses: Uses) {
  for (const each of listOf(node.distinctClause)) {
    // Without `on` the clause is one empty node: the whole row tells the groups apart.
    if (Object.keys(nodeOf(each) ?? {}).length === 0) useColumns(uses, listed);
    else use(uses, "group", byOutputName(trace, scope, listed, each));
  }
}

/** Rows that are equal in all columns become one. */
export function useColumns(uses: Uses, { columns, open }: Listed): void {
  use(uses, "group", together(columns));
  for (const { reason } of open) uses.unknown.add(reason);
}
