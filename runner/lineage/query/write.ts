import type { SyntaxNode } from "../../sql/parse-sql.ts";
import { originOf } from "./expression.ts";
import { itemOfRelation, withFromClause } from "./from-clause.ts";
import { columnIn, emptyScope, type FromItem, type Scope, type Trace } from "./scope.ts";
import { listedBy } from "./select.ts";
import { listOf, nodeOf, textOf, unwrap } from "./syntax.ts";
import {
  by,
  type Column,
  constant,
  named,
  noUses,
  type OpenPart,
  type Rows,
  together,
  unknownValue,
  use,
  useAll,
  type Value,
  valueOfUses,
} from "./value.ts";
import { withClause } from "./with-clause.ts";

/** What a statement writes into a relation, and what it returns of it. */
export interface Written {
  /** The `RangeVar` of the relation. */
  relation: SyntaxNode;
  rows: Rows;
  returned: Rows;
}

type Write = (trace: Trace, outer: Scope | undefined, node: SyntaxNode) => Written;

/** By the kind of the statement: what writes rows into a relation that is there. */
export const writes: Readonly<Record<string, Write>> = {
  InsertStmt: insert,
  UpdateStmt: update,
  DeleteStmt: remove,
  MergeStmt: merge,
};

function insert(trace: Trace, outer: Scope | undefined, node: SyntaxNode): Written {
  const scope = withClause(trace, emptyScope(outer), nodeOf(node.withClause));
  const relation = nodeOf(node.relation) ?? {};
  const target = writtenItem(trace, relation);
  const given = node.selectStmt ? trace.rowsOf(node.selectStmt, scope) : nothing();
  const put = assigned(target, node.cols, given);
  const uses = noUses();
  useAll(uses, given.uses);
  const changed = conflict(trace, scope, node, { target, put, uses });
  const rows = { columns: merged([...put.columns, ...changed]), open: put.open, uses };
  return { relation, rows, returned: returning(trace, { ...scope, items: [target] }, node, uses) };
}

/** The relation that a statement writes: a `with` query of the same name is not meant. */
function writtenItem(trace: Trace, relation: SyntaxNode): FromItem {
  const found = trace.relation(textOf(relation.schemaname), String(relation.relname));
  return itemOfRelation(found, relation);
}

function nothing(): Rows {
  return { columns: [], open: [], uses: noUses() };
}

/** Puts a value into a column, or into a part of it (`address.city`, `tags[1]`). */
function putInto(into: SyntaxNode, value: Value): Column {
  const isPart = listOf(into.indirection).length > 0;
  return named(String(into.name), isPart ? by("transformed", value) : value);
}

/** Gives values to columns by position: to those that are named, or else to the relation's own. */
function assigned(
  target: FromItem,
  names: unknown,
  given: Pick<Rows, "columns" | "open">,
): { columns: Column[]; open: OpenPart[] } {
  const own = target.rows.open.length === 0 ? target.rows.columns.map(({ name }) => name) : [];
  const reasons = given.open.map(({ reason }) => reason);
  const isNamed = listOf(names).length > 0;
  if (!isNamed && target.rows.open.length > 0) {
    return { columns: [], open: target.rows.open.map(({ reason }) => ({ reason })) };
  }
  const count = reasons.length > 0 ? own.length : given.columns.length;
  const targets = isNamed
    ? listOf(names).map((each) => unwrap(each).node)
    : own.slice(0, count).map((name): SyntaxNode => ({ name }));
  const columns = targets.map((each, index) =>
    reasons.length > 0
      ? putInto(each, { sources: new Map(), unknown: new Set(reasons) })
      : putInto(each, given.columns[index] ?? constant),
  );
  return { columns, open: [] };
}

/** `on conflict`: the row that was to be inserted is `excluded`. */
function conflict(
  trace: Trace,
  scope: Scope,
  node: SyntaxNode,
  { target, put, uses }: { target: FromItem; put: ReturnType<typeof assigned>; uses: Rows["uses"] },
): Column[] {
  const clause = nodeOf(node.onConflictClause);
  if (clause === undefined) return [];
  const rows = rowToInsert(target, put);
  const excluded: FromItem = { rows: nothing(), named: [{ name: "excluded", rows }] };
  const inner: Scope = { ...scope, items: [target, excluded] };
  const { indexElems, whereClause } = nodeOf(clause.infer) ?? {};
  for (const each of listOf(indexElems)) {
    const { node: element } = unwrap(each);
    const name = textOf(element.name);
    if (name !== undefined) columnIn(trace, target.rows, name);
    originOf(trace, inner, element.expr);
  }
  originOf(trace, inner, whereClause);
  use(uses, "filter", originOf(trace, inner, clause.whereClause));
  return assignments(trace, inner, clause.targetList);
}

/** It has the columns of its table as they stand; those without a value have their default. */
function rowToInsert({ rows }: FromItem, put: ReturnType<typeof assigned>): Rows {
  const given = merged(put.columns);
  if (rows.open.length > 0) {
    const open = rows.open.map(({ reason }) => ({ reason }));
    return { columns: given, open, uses: noUses() };
  }
  const columns = rows.columns.map(
    ({ name }) => given.find((each) => each.name === name) ?? named(name, constant),
  );
  return { columns, open: [], uses: noUses() };
}

function update(trace: Trace, outer: Scope | undefined, node: SyntaxNode): Written {
  const { scope, relation, uses } = changing(trace, outer, node, listOf(node.fromClause));
  const columns = merged(assignments(trace, scope, node.targetList));
  return {
    relation,
    rows: { columns, open: [], uses },
    returned: returning(trace, scope, node, uses),
  };
}

function remove(trace: Trace, outer: Scope | undefined, node: SyntaxNode): Written {
  const { scope, relation, uses } = changing(trace, outer, node, listOf(node.usingClause));
  return { relation, rows: { ...nothing(), uses }, returned: returning(trace, scope, node, uses) };
}

/** The relation that is changed, what is read beside it, and which rows that are. */
function changing(trace: Trace, outer: Scope | undefined, node: SyntaxNode, others: unknown[]) {
  const around = withClause(trace, emptyScope(outer), nodeOf(node.withClause));
  const relation = nodeOf(node.relation) ?? {};
  const scope = withFromClause(trace, { ...around, items: [writtenItem(trace, relation)] }, others);
  const uses = noUses();
  for (const { rows } of scope.items) useAll(uses, rows.uses);
  use(uses, "filter", originOf(trace, scope, node.whereClause));
  return { scope, relation, uses };
}

function merge(trace: Trace, outer: Scope | undefined, node: SyntaxNode): Written {
  const { scope, relation, uses } = changing(trace, outer, node, [node.sourceRelation]);
  use(uses, "join", originOf(trace, scope, node.joinCondition));
  const [target] = scope.items;
  const columns: Column[] = [];
  const open: OpenPart[] = [];
  for (const each of listOf(node.mergeWhenClauses)) {
    const { node: clause } = unwrap(each);
    const seen = { ...scope, items: sidesSeen(scope.items, clause.matchKind) };
    use(uses, "filter", originOf(trace, seen, clause.condition));
    if (clause.commandType === "CMD_UPDATE") {
      columns.push(...assignments(trace, seen, clause.targetList));
    } else if (target && clause.commandType === "CMD_INSERT") {
      const values = listOf(clause.values).map((value) => named("", originOf(trace, seen, value)));
      const put = assigned(target, clause.targetList, { columns: values, open: [] });
      columns.push(...put.columns);
      open.push(...put.open);
    }
  }
  const rows = { columns: merged(columns), open, uses };
  // `returning *` shows the source before the relation that is written.
  const shown = [...scope.items].reverse();
  return { relation, rows, returned: returning(trace, scope, node, uses, shown) };
}

/** Of a row that is on one side only, the columns of that side alone can be named. */
function sidesSeen(sides: readonly FromItem[], matchKind: unknown): readonly FromItem[] {
  if (matchKind === "MERGE_WHEN_NOT_MATCHED_BY_TARGET") return sides.slice(1);
  return matchKind === "MERGE_WHEN_NOT_MATCHED_BY_SOURCE" ? sides.slice(0, 1) : sides;
}

/** `set a = …, (b, c) = (…)` */
function assignments(trace: Trace, scope: Scope, targets: unknown): Column[] {
  return listOf(targets).map((each) => {
    const { node } = unwrap(each);
    const { kind, node: many } = unwrap(node.val);
    const value =
      kind === "MultiAssignRef"
        ? valueOfShare(trace, scope, many)
        : originOf(trace, scope, node.val);
    return putInto(node, value);
  });
}

/** One of the values of a row or a sub-query that is assigned to several columns. */
function valueOfShare(trace: Trace, scope: Scope, { source, colno }: SyntaxNode): Value {
  const index = Number(colno) - 1;
  const { kind, node } = unwrap(source);
  if (kind === "RowExpr") {
    const listed = listOf(node.args).map((val) => listedBy(trace, scope, { ResTarget: { val } }));
    const [reason] = listed.flatMap(({ open }) => open.map((part) => part.reason));
    const own = listed.flatMap(({ columns }) => columns)[index];
    return reason === undefined ? (own ?? constant) : unknownValue(reason);
  }
  if (kind !== "SubLink") return originOf(trace, scope, source);
  const rows = trace.rowsOf(node.subselect, scope);
  const [reason] = rows.open.map((part) => part.reason);
  const own = reason === undefined ? rows.columns[index] : unknownValue(reason);
  return together([own ?? constant, valueOfUses(rows.uses)]);
}

function merged(columns: readonly Column[]): Column[] {
  const names = [...new Set(columns.map(({ name }) => name))];
  return names.map((name) => named(name, together(columns.filter((each) => each.name === name))));
}

/** `returning`: the rows as they stand in the relation, chosen as they were written; `old` and `new` name them. */
function returning(
  trace: Trace,
  scope: Scope,
  node: SyntaxNode,
  uses: Rows["uses"],
  shown = scope.items,
): Rows {
  const [target] = scope.items;
  const clause = nodeOf(node.returningClause);
  if (!clause || !target) return nothing();
  const options = listOf(clause.options).map((each) => unwrap(each).node);
  const names = ["old", "new"].map((version) => {
    const option = `RETURNING_OPTION_${version.toUpperCase()}`;
    const given = options.find((each) => each.option === option)?.value;
    return { name: textOf(given) ?? version, rows: target.rows };
  });
  const versions: FromItem = { rows: nothing(), named: names };
  const inner: Scope = { ...scope, items: [...shown, versions] };
  const listed = listOf(clause.exprs).map((each) => listedBy(trace, inner, each));
  return {
    columns: listed.flatMap(({ columns }) => columns),
    open: listed.flatMap(({ open }) => open),
    uses,
  };
}
