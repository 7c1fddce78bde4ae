import type { SyntaxNode } from "../../sql/parse-sql.ts";

/** The one node of a wrapper `{ Kind: node }`. */
export function unwrap(wrapper: unknown): { kind: string; node: SyntaxNode } {
  const [[kind, node] = ["", {}]] = Object.entries((wrapper ?? {}) as SyntaxNode);
  return { kind, node: node as SyntaxNode };
}

/** A list of the tree; absent ones are empty. */
export function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A node of the tree that has no wrapper; undefined when it is absent. */
export function nodeOf(value: unknown): SyntaxNode | undefined {
  return typeof value === "object" && value !== null ? (value as SyntaxNode) : undefined;
}

/** A text of the tree. */
export function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** The words of a list of `String` nodes; a star is `*`. */
export function wordsOf(value: unknown): string[] {
  return listOf(value).map((each) => {
    const { kind, node } = unwrap(each);
    return kind === "A_Star" ? "*" : String(node.sval ?? "");
  });
}

/** The items of a `List` node, or of a list without one. */
export function itemsOf(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  return listOf(nodeOf(nodeOf(value)?.List)?.items);
}

/** A whole number that stands alone (`order by 2`); undefined for anything else. */
export function integerOf(wrapper: unknown): number | undefined {
  const { kind, node } = unwrap(wrapper);
  const number = kind === "A_Const" ? nodeOf(node.ival) : undefined;
  return number === undefined ? undefined : Number(number.ival ?? 0);
}

/** The name of a column reference of one word; undefined for anything else. */
export function bareName(wrapper: unknown): string | undefined {
  const { kind, node } = unwrap(wrapper);
  const words = kind === "ColumnRef" ? wordsOf(node.fields) : [];
  return words.length === 1 && words[0] !== "*" ? words[0] : undefined;
}
