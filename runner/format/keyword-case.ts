import { type SqlToken, sqlTokens } from "./sql-tokens.ts";

// Keywords that PostgreSQL reserves, so that no unquoted column has such a name, and a few
// unreserved ones that occur only with these.
const keywords = new Set(
  (
    "all analyse analyze and any array as asc asymmetric between both by case cast check collate " +
    "column concurrently constraint create cross current_date current_timestamp default deferrable " +
    "delete desc distinct do else end except exists false fetch filter for foreign freeze from full " +
    "grant group having ilike in initially inner insert intersect into is isnull join lateral " +
    "leading left like limit localtime localtimestamp natural not notnull null offset on only or " +
    "order outer over overlaps partition placing primary recursive references returning right select " +
    "set similar some symmetric table tablesample then to trailing true union unique update using " +
    "values variadic when where window with"
  ).split(" "),
);

/** Takes SQL and returns it with its keywords in lower or upper case; names stay as they are. */
export function setKeywordCase(sql: string, wanted: "lower" | "upper"): string {
  let result = "";
  let at = 0;
  let previous = "";
  for (const token of sqlTokens(sql)) {
    const text = sql.slice(token.start, token.end);
    const isName = previous === "." || sql[token.end] === ".";
    const isChanged = !isName && isKeyword(token, text);
    const changed = wanted === "lower" ? text.toLowerCase() : text.toUpperCase();
    result += sql.slice(at, token.start) + (isChanged ? changed : text);
    at = token.end;
    previous = text;
  }
  return result + sql.slice(at);
}

/** Whether a token is a keyword, whose case means nothing to PostgreSQL. */
export function isKeyword(token: SqlToken, text: string): boolean {
  return token.kind === "word" && keywords.has(text.toLowerCase());
}
