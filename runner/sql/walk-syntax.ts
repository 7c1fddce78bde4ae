import type { SyntaxNode } from "./parse-sql.ts";

/**
 * Goes through a syntax tree from above, each node before those in it, and calls `see` with the key
 * under which the node stands, the node and what `see` returned for the node above it. A tree may be
 * as deep as it likes: nothing calls itself.
 */
export function walkSyntax<Context>(
  root: unknown,
  context: Context,
  see: (key: string, node: SyntaxNode, above: Context) => Context,
): void {
  const open: { key: string; value: unknown; above: Context }[] = [
    { key: "", value: root, above: context },
  ];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { key, value, above } = next;
    if (typeof value !== "object" || value === null) continue;
    const isList = Array.isArray(value);
    const own = isList ? above : see(key, value as SyntaxNode, above);
    const entries = isList ? value.map((each) => ["", each] as const) : Object.entries(value);
    for (const [inner, each] of entries.reverse())
      open.push({ key: inner, value: each, above: own });
  }
}
