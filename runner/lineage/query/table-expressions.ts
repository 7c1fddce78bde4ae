import type { SyntaxNode } from "../../sql/parse-sql.ts";
import { originOf } from "./expression.ts";
import type { Scope, Trace } from "./scope.ts";
import { listOf, textOf, unwrap } from "./syntax.ts";
import { by, type Column, constant, named, noUses, type Rows, together } from "./value.ts";

/** The rows of `json_table(…)`: every column is read out of the document. */
export function rowsOfJsonTable(trace: Trace, scope: Scope, node: SyntaxNode): Rows {
  const { context_item, passing, pathspec } = node;
  const document = by("transformed", originOf(trace, scope, [context_item, pathspec, passing]));
  const columns = jsonColumns(listOf(node.columns)).map(({ name, definition }) => {
    const isNumber = definition.coltype === "JTC_FOR_ORDINALITY";
    const fallback = originOf(trace, scope, [definition.on_empty, definition.on_error]);
    return named(name, isNumber ? constant : by("transformed", together([document, fallback])));
  });
  return { columns, open: [], uses: noUses() };
}

function jsonColumns(list: unknown[]): { name: string; definition: SyntaxNode }[] {
  return list.flatMap((each) => {
    const { node } = unwrap(each);
    if (node.coltype === "JTC_NESTED") return jsonColumns(listOf(node.columns));
    return [{ name: String(node.name), definition: node }];
  });
}

/** The rows of `xmltable(…)`. */
export function rowsOfXmlTable(trace: Trace, scope: Scope, node: SyntaxNode): Rows {
  const document = originOf(trace, scope, [node.docexpr, node.rowexpr, node.namespaces]);
  const columns = listOf(node.columns).map((each): Column => {
    const { node: definition } = unwrap(each);
    const { colexpr, coldefexpr } = definition;
    const own = originOf(trace, scope, [colexpr, coldefexpr]);
    const value = definition.for_ordinality
      ? constant
      : by("transformed", together([document, own]));
    return named(textOf(definition.colname) ?? "", value);
  });
  return { columns, open: [], uses: noUses() };
}
