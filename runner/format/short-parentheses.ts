import { type SqlToken, sqlTokens } from "./sql-tokens.ts";

const longest = 60;
// Queries have one line for each clause even when they are short.
const keepsLines = /^(?:select|with|values|insert|update|delete|merge|table)$/i;

/**
 * Takes formatted SQL and returns it with every pair of parentheses that sql-formatter broke at a
 * keyword on one line again where it fits: `extract(epoch from a)`, `over (partition by a)`. Queries
 * and whatever holds a comment or a text of several lines stay as they are.
 */
export function joinShortParentheses(sql: string): string {
  const tokens = sqlTokens(sql);
  let result = "";
  let at = 0;
  for (let index = 0; index < tokens.length; index++) {
    const opening = tokens[index];
    if (!opening || textOf(sql, opening) !== "(") continue;
    const end = closingIndex(sql, tokens, index);
    const joined = joinedText(sql, tokens.slice(index, end + 1));
    if (joined === undefined) continue;
    result += sql.slice(at, opening.start) + joined;
    at = tokens[end]?.end ?? sql.length;
    index = end;
  }
  return result + sql.slice(at);
}

function closingIndex(sql: string, tokens: readonly SqlToken[], opening: number): number {
  let depth = 0;
  for (let index = opening; index < tokens.length; index++) {
    const text = textOf(sql, tokens[index]);
    if (text === "(") depth++;
    if (text === ")" && --depth === 0) return index;
  }
  return tokens.length - 1;
}

function joinedText(sql: string, tokens: readonly SqlToken[]): string | undefined {
  let joined = "";
  for (const [index, token] of tokens.entries()) {
    const text = textOf(sql, token);
    const before = textOf(sql, tokens[index - 1]);
    const isQuery = before === "(" && keepsLines.test(text);
    if (isQuery || token.kind === "comment" || text.includes("\n")) return undefined;
    const gap = sql.slice(tokens[index - 1]?.end ?? token.start, token.start);
    const isInside = gap.includes("\n") && before !== "(" && text !== ")";
    joined += (isInside || gap === " " ? " " : "") + text;
    if (joined.length > longest) return undefined;
  }
  return sql.slice(tokens[0]?.start, tokens.at(-1)?.end).includes("\n") ? joined : undefined;
}

function textOf(sql: string, token: SqlToken | undefined): string {
  return token === undefined ? "" : sql.slice(token.start, token.end);
}
