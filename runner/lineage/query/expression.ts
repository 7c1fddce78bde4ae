import type { SyntaxNode } from "../../sql/parse-sql.ts";
import { rowsMeant, type Scope, type Trace, valueOfName, valueOfQualified } from "./scope.ts";
import { bareName, listOf, nodeOf, textOf, unwrap, wordsOf } from "./syntax.ts";
import { by, constant, named, together, unknownValue, type Value, valueOfUses } from "./value.ts";

/** Takes an expression of the syntax tree and returns where its value comes from. */
export function originOf(trace: Trace, scope: Scope, expression: unknown): Value {
  const inner = (each: unknown) => originOf(trace, scope, each);
  if (Array.isArray(expression)) return together(expression.map(inner));
  if (typeof expression !== "object" || expression === null) return constant;
  const { kind, node } = unwrap(expression);
  switch (kind) {
    case "ColumnRef":
      return valueOfReference(trace, scope, node);
    case "A_Indirection":
      return valueOfPart(trace, scope, node);
    case "SubLink":
      return valueOfSubquery(trace, scope, node);
    case "CaseExpr":
      return valueOfCase(inner, node);
    case "FuncCall":
      return valueOfCall(trace, scope, node);
    case "JsonObjectAgg":
    case "JsonArrayAgg":
      return valueOfJsonAggregate(trace, scope, node);
    case "A_Expr":
      return valueOfOperation(inner, node);
    case "JsonArrayQueryConstructor":
      return valueOfSubquery(trace, scope, { subLinkType: "ARRAY_SUBLINK", subselect: node.query });
    case "GroupingFunc":
      // It tells by what the row is grouped, and looks at no value.
      return { ...constant, unknown: inner(node.args).unknown };
    case "TypeCast":
      // What is written of the type (`geometry(point)`) are no columns.
      return by("transformed", inner(node.arg));
    case "CollateClause":
      return inner(node.arg);
    case "RowExpr":
      return valueOfRow(inner, node);
    default:
      return by("transformed", together(Object.values(expression).map(inner)));
  }
}

function valueOfReference(trace: Trace, scope: Scope, node: SyntaxNode): Value {
  const words = wordsOf(node.fields);
  const [first = "", ...rest] = words;
  return rest.length === 0
    ? valueOfName(trace, scope, first)
    : valueOfQualified(trace, scope, words.slice(-3));
}

/** `(row).field`, `list[1]`, and any chain of them. */
function valueOfPart(trace: Trace, scope: Scope, { arg, indirection }: SyntaxNode): Value {
  const steps = listOf(indirection).map(unwrap);
  const relation = rowsMeant(scope, bareName(arg));
  const [first] = steps;
  if (relation && first?.kind === "String") {
    const value = valueOfQualified(trace, scope, [relation.name, String(first.node.sval)]);
    return steps.slice(1).reduce((whole, step) => partOf(trace, scope, whole, step), value);
  }
  return steps.reduce(
    (whole, step) => partOf(trace, scope, whole, step),
    originOf(trace, scope, arg),
  );
}

function partOf(
  trace: Trace,
  scope: Scope,
  whole: Value,
  { kind, node }: { kind: string; node: SyntaxNode },
): Value {
  if (kind === "String" && whole.fields) {
    const field = whole.fields.find(({ name }) => name === node.sval);
    return field ?? unknownValue(`the field ${node.sval} is not known`);
  }
  return by("transformed", together([whole, originOf(trace, scope, Object.values(node))]));
}

function valueOfCase(inner: (each: unknown) => Value, { arg, args, defresult }: SyntaxNode): Value {
  const branches = listOf(args).map((each) => unwrap(each).node);
  const conditions = [arg, ...branches.map(({ expr }) => expr)];
  const results = [...branches.map(({ result }) => result), defresult];
  return together([
    by("condition", together(conditions.map(inner))),
    by("transformed", together(results.map(inner))),
  ]);
}

/** `nullif` gives its first value, and the second one decides whether. */
function valueOfOperation(
  inner: (each: unknown) => Value,
  { kind, lexpr, rexpr }: SyntaxNode,
): Value {
  const how = kind === "AEXPR_NULLIF" ? "condition" : "transformed";
  return together([by("transformed", inner(lexpr)), by(how, inner(rexpr))]);
}

function valueOfRow(inner: (each: unknown) => Value, { args }: SyntaxNode): Value {
  const values = listOf(args).map(inner);
  const hasStar = listOf(args).some((each) => wordsOf(unwrap(each).node.fields).includes("*"));
  const fields = values.map((value, index) => named(`f${index + 1}`, value));
  return { ...by("transformed", together(values)), ...(!hasStar && { fields }) };
}

function valueOfCall(trace: Trace, scope: Scope, node: SyntaxNode): Value {
  const words = wordsOf(node.funcname);
  const isAggregate =
    trace.isAggregate(words) ||
    Boolean(node.agg_star ?? node.agg_distinct ?? node.agg_filter ?? node.agg_within_group);
  const args = originOf(trace, scope, node.args);
  const order = originOf(trace, scope, node.agg_order);
  return together([
    by(isAggregate ? "aggregated" : "transformed", args),
    by(node.agg_within_group ? "aggregated" : "window", order),
    by("condition", originOf(trace, scope, node.agg_filter)),
    by("window", valueOfWindow(trace, scope, nodeOf(node.over))),
    ...(trace.isForeign(words) ? [unknownValue(reasonOfForeign(words))] : []),
  ]);
}

/** What is said of a function whose code may read relations. */
export function reasonOfForeign(words: readonly string[]): string {
  return `what ${words.join(".")}() reads is not known`;
}

/** `json_agg(value order by … returning …) filter (…) over (…)` in the words of the standard. */
function valueOfJsonAggregate(trace: Trace, scope: Scope, node: SyntaxNode): Value {
  const { agg_filter, agg_order, over } = nodeOf(node.constructor) ?? {};
  return together([
    by("aggregated", originOf(trace, scope, node.arg)),
    by("window", originOf(trace, scope, agg_order)),
    by("condition", originOf(trace, scope, agg_filter)),
    by("window", valueOfWindow(trace, scope, nodeOf(over))),
  ]);
}

/** What `over` partitions and orders by: a window of its own, a named one, or one that adds to it. */
function valueOfWindow(trace: Trace, scope: Scope, over: SyntaxNode | undefined): Value {
  if (over === undefined) return constant;
  const definition = scope.windows.get(textOf(over.name) ?? textOf(over.refname) ?? "");
  const windows = [
    over,
    ...(definition ? [definition, ...basesOf(scope.windows, definition)] : []),
  ];
  const parts = windows.flatMap((each) => [each.partitionClause, each.orderClause]);
  return originOf(trace, scope, [...parts, over.startOffset, over.endOffset]);
}

/** The windows that a named window adds to. */
function basesOf(windows: Scope["windows"], window: SyntaxNode): SyntaxNode[] {
  const base = windows.get(textOf(window.refname) ?? "");
  return base && base !== window ? [base, ...basesOf(windows, base)] : [];
}

/** A sub-query in an expression: what it is chosen by decides the value. */
function valueOfSubquery(trace: Trace, scope: Scope, node: SyntaxNode): Value {
  const rows = trace.rowsOf(node.subselect, scope);
  trace.subqueries.set(node.subselect as object, rows);
  const chosen = valueOfUses(rows.uses);
  const [first] = rows.columns;
  const all = [...rows.columns, ...rows.open.map(({ reason }) => unknownValue(reason))];
  switch (node.subLinkType) {
    case "EXISTS_SUBLINK":
      return chosen;
    case "EXPR_SUBLINK": {
      // Several columns are compared with a row, which is on the other side.
      const value = first && all.length === 1 ? first : together(all);
      const fields = value.fields && { fields: value.fields };
      return { ...together([value, chosen]), ...fields };
    }
    case "ARRAY_SUBLINK":
      return together([by("transformed", together(all)), chosen]);
    default: {
      const tested = originOf(trace, scope, node.testexpr);
      return together([by("transformed", together([tested, ...all])), chosen]);
    }
  }
}
