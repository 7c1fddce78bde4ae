import type { SyntaxNode } from "../../sql/parse-sql.ts";
import { listOf, nodeOf, unwrap, wordsOf } from "./syntax.ts";

/** A name that PostgreSQL finds for an expression; a weak one gives way to the name of its type. */
interface FoundName {
  name: string;
  isWeak?: boolean;
}

const fixedNames: Record<string, string> = {
  A_ArrayExpr: "array",
  CoalesceExpr: "coalesce",
  GroupingFunc: "grouping",
  JsonArrayAgg: "json_arrayagg",
  JsonArrayConstructor: "json_array",
  JsonArrayQueryConstructor: "json_array",
  JsonObjectAgg: "json_objectagg",
  JsonObjectConstructor: "json_object",
  JsonParseExpr: "json",
  JsonScalarExpr: "json_scalar",
  JsonSerializeExpr: "json_serialize",
  MergeSupportFunc: "merge_action",
  RowExpr: "row",
  XmlSerialize: "xmlserialize",
};

const namesByOperation: Record<string, string> = {
  IS_GREATEST: "greatest",
  IS_LEAST: "least",
  IS_XMLCONCAT: "xmlconcat",
  IS_XMLELEMENT: "xmlelement",
  IS_XMLFOREST: "xmlforest",
  IS_XMLPARSE: "xmlparse",
  IS_XMLPI: "xmlpi",
  IS_XMLROOT: "xmlroot",
  JSON_EXISTS_OP: "json_exists",
  JSON_QUERY_OP: "json_query",
  JSON_VALUE_OP: "json_value",
};

/**
 * Takes an expression of a select list without `as` and returns its name: the rules are those of
 * FigureColname in PostgreSQL's parse_target.c. `subqueryName` names the first column of a sub-query.
 */
export function columnNameOf(
  expression: unknown,
  subqueryName: (subselect: unknown) => string | undefined,
): string {
  return foundName(expression, subqueryName)?.name ?? "?column?";
}

function foundName(
  expression: unknown,
  subqueryName: (subselect: unknown) => string | undefined,
): FoundName | undefined {
  const { kind, node } = unwrap(expression);
  const inner = (each: unknown) => foundName(each, subqueryName);
  const fixed = fixedNames[kind] ?? namesByOperation[String(node.op)];
  if (fixed !== undefined) return { name: fixed };
  switch (kind) {
    case "ColumnRef":
    case "FuncCall":
      return lastWord(node.fields ?? node.funcname);
    case "A_Indirection":
      return lastWord(node.indirection) ?? inner(node.arg);
    case "A_Expr":
      return node.kind === "AEXPR_NULLIF" ? { name: "nullif" } : undefined;
    case "TypeCast":
      return strong(inner(node.arg)) ?? weak(lastWord(nodeOf(node.typeName)?.names));
    case "CollateClause":
      return inner(node.arg);
    case "CaseExpr":
      return strong(inner(node.defresult)) ?? { name: "case", isWeak: true };
    case "SQLValueFunction":
      return { name: valueFunctionName(node) };
    case "SubLink":
      return nameOfSubquery(node, subqueryName);
    default:
      return undefined;
  }
}

function strong(found: FoundName | undefined): FoundName | undefined {
  return found?.isWeak ? undefined : found;
}

function weak(found: FoundName | undefined): FoundName | undefined {
  return found && { ...found, isWeak: true };
}

function lastWord(list: unknown): FoundName | undefined {
  const names = listOf(list).filter((each) => unwrap(each).kind === "String");
  const name = wordsOf(names).at(-1);
  return name === undefined ? undefined : { name };
}

/** `SVFOP_CURRENT_TIMESTAMP_N` is `current_timestamp`. */
function valueFunctionName({ op }: SyntaxNode): string {
  return String(op).replace("SVFOP_", "").replace(/_N$/, "").toLowerCase();
}

function nameOfSubquery(
  { subLinkType, subselect }: SyntaxNode,
  subqueryName: (subselect: unknown) => string | undefined,
): FoundName | undefined {
  if (subLinkType === "EXISTS_SUBLINK") return { name: "exists" };
  if (subLinkType === "ARRAY_SUBLINK") return { name: "array" };
  const name = subLinkType === "EXPR_SUBLINK" ? subqueryName(subselect) : undefined;
  return name === undefined ? undefined : { name };
}
