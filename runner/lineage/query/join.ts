import type { SyntaxNode } from "../../sql/parse-sql.ts";
import { columnIn, type FromItem, type NamedRows, type Trace } from "./scope.ts";
import { nodeOf, textOf, wordsOf } from "./syntax.ts";
import { by, named, noUses, together, unknownValue, use, useAll, type Value } from "./value.ts";

/**
 * Takes a join and its two sides and returns its rows, with the merged columns of `using` or `natural`
 * first, and the relation that `using (…) as alias` names.
 */
export function joinOf(
  trace: Trace,
  node: SyntaxNode,
  left: FromItem,
  right: FromItem,
): { item: FromItem; usingAlias: NamedRows[] } {
  const uses = noUses();
  useAll(uses, left.rows.uses);
  useAll(uses, right.rows.uses);
  if (node.isNatural) for (const { reason } of openOf(left, right)) uses.unknown.add(reason);
  const names = node.isNatural ? commonNames(left, right) : wordsOf(node.usingClause);
  const merged = names.map((name) => {
    const ofLeft = sideOf(trace, left.rows, name);
    const ofRight = sideOf(trace, right.rows, name);
    use(uses, "join", together([ofLeft, ofRight]));
    return named(name, mergedValue(String(node.jointype), ofLeft, ofRight));
  });
  const others = [left, right].flatMap(({ rows }) =>
    rows.columns.filter(({ name }) => !names.includes(name)),
  );
  const rows = { columns: [...merged, ...others], open: openOf(left, right), uses };
  const alias = textOf(nodeOf(node.join_using_alias)?.aliasname);
  const usingAlias =
    alias === undefined ? [] : [{ name: alias, rows: { columns: merged, open: [], uses } }];
  return { item: { rows, named: [...left.named, ...right.named] }, usingAlias };
}

function openOf(left: FromItem, right: FromItem) {
  return [...left.rows.open, ...right.rows.open];
}

function commonNames(left: FromItem, right: FromItem): string[] {
  const others = new Set(right.rows.columns.map(({ name }) => name));
  return left.rows.columns.map(({ name }) => name).filter((name) => others.has(name));
}

function sideOf(trace: Trace, rows: FromItem["rows"], name: string) {
  return columnIn(trace, rows, name) ?? unknownValue(`${name} is not known`);
}

/** Which side a merged column is taken from: a full join takes whichever is there. */
function mergedValue(joinType: string, left: Value, right: Value): Value {
  if (joinType === "JOIN_FULL") return by("transformed", together([left, right]));
  return joinType === "JOIN_RIGHT" ? right : left;
}
