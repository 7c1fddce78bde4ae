import type { SyntaxNode } from "../../sql/parse-sql.ts";
import { targetKey } from "../../target.ts";
import { originOf } from "./expression.ts";
import { joinOf } from "./join.ts";
import { rowsOfFunctions } from "./row-functions.ts";
import type { FromItem, NamedRows, Scope, Trace, WithQuery } from "./scope.ts";
import { nodeOf, textOf, unwrap, wordsOf } from "./syntax.ts";
import { rowsOfJsonTable, rowsOfXmlTable } from "./table-expressions.ts";
import { named, noUses, type Rows, use, useAll } from "./value.ts";

/** Adds the entries of a `from` clause to a scope, each of which may see those before it. */
export function withFromClause(trace: Trace, scope: Scope, entries: readonly unknown[]): Scope {
  const items = [...scope.items];
  for (const entry of entries) items.push(fromItem(trace, { ...scope, items: [...items] }, entry));
  return { ...scope, items };
}

/** One entry of a `from` clause. */
export function fromItem(trace: Trace, scope: Scope, entry: unknown): FromItem {
  const { kind, node } = unwrap(entry);
  switch (kind) {
    case "RangeVar":
      return relationItem(trace, scope, node);
    case "RangeSubselect":
      return itemOf(trace.rowsOf(node.subquery, outerOf(scope, node)), node);
    case "RangeFunction":
      return itemOf(rowsOfFunctions(trace, scope, node), node);
    case "RangeTableFunc":
      return itemOf(rowsOfXmlTable(trace, scope, node), node);
    case "JsonTable":
      return itemOf(rowsOfJsonTable(trace, scope, node), node);
    case "RangeTableSample":
      return sampleItem(trace, scope, node);
    case "JoinExpr":
      return joinItem(trace, scope, node);
    default:
      return itemOf(unknownRows(`${kind} is not known`), node);
  }
}

/** Rows of which nothing is known. */
export function unknownRows(reason: string): Rows {
  return {
    columns: [],
    open: [{ reason }],
    uses: { columns: new Map(), unknown: new Set([reason]) },
  };
}

/** A sub-query sees the entries before it when it is `lateral`, and what is around in any case. */
function outerOf(scope: Scope, { lateral }: SyntaxNode): Scope {
  return lateral ? scope : { ...scope, items: [] };
}

function relationItem(trace: Trace, scope: Scope, node: SyntaxNode): FromItem {
  const name = String(node.relname ?? "");
  const schema = textOf(node.schemaname);
  const query = schema === undefined ? withQueryNamed(scope, name) : undefined;
  const found: NamedRows = query ? { name, rows: query.rows() } : trace.relation(schema, name);
  if (found.schema !== undefined) {
    const target = { schema: found.schema, name };
    trace.readFrom.set(targetKey(target), target);
  }
  return itemOfRelation(found, node);
}

/** A relation under its alias, or under its own name. */
export function itemOfRelation(found: NamedRows, node: SyntaxNode): FromItem {
  if (nodeOf(node.alias)) return itemOf(found.rows, node);
  return { rows: found.rows, named: [{ ...found, name: String(node.relname ?? "") }] };
}

function withQueryNamed(scope: Scope, name: string): WithQuery | undefined {
  for (let level: Scope | undefined = scope; level; level = level.outer) {
    const found = level.withQueries.get(name);
    if (found) return found;
  }
  return undefined;
}

/** Rows under the alias of their entry, whose list of columns renames the first ones. */
function itemOf(rows: Rows, { alias }: SyntaxNode): FromItem {
  const given = nodeOf(alias);
  const renamed = renameColumns(rows, wordsOf(given?.colnames));
  const name = textOf(given?.aliasname);
  return { rows: renamed, named: name === undefined ? [] : [{ name, rows: renamed }] };
}

/**
 * Gives the first columns new names. Where some columns are not known, nobody can say which ones are
 * the first.
 */
export function renameColumns(rows: Rows, names: readonly string[]): Rows {
  if (names.length === 0) return rows;
  if (rows.open.length === 0) {
    const columns = rows.columns.map((column, index) => ({
      ...column,
      name: names[index] ?? column.name,
    }));
    return { ...rows, columns };
  }
  if (names.every((name, index) => rows.columns[index]?.name === name)) return rows;
  const reasons = rows.open.map(({ reason }) => reason);
  const columns = names.map((name) =>
    named(name, { sources: new Map(), unknown: new Set(reasons) }),
  );
  return { ...rows, columns, open: reasons.map((reason) => ({ reason })) };
}

function sampleItem(trace: Trace, scope: Scope, node: SyntaxNode): FromItem {
  const item = fromItem(trace, scope, node.relation);
  const chosen = originOf(trace, scope, [node.args, node.repeatable]);
  const uses = noUses();
  useAll(uses, item.rows.uses);
  use(uses, "filter", chosen);
  return { ...item, rows: { ...item.rows, uses } };
}

function joinItem(trace: Trace, scope: Scope, node: SyntaxNode): FromItem {
  const left = fromItem(trace, scope, node.larg);
  const right = fromItem(trace, { ...scope, items: [...scope.items, left] }, node.rarg);
  const { item, usingAlias } = joinOf(trace, node, left, right);
  // The condition sees the two sides and what is around the query, and nothing beside the join.
  const condition = originOf(trace, { ...scope, items: [left, right] }, node.quals);
  use(item.rows.uses, "join", condition);
  if (nodeOf(node.alias)) return itemOf(item.rows, node);
  return { ...item, named: [...item.named, ...usingAlias] };
}
