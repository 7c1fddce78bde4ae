import { isKeyword } from "./keyword-case.ts";
import { scriptTokens } from "./scan-javascript.ts";
import { type SqlToken, sqlTokens } from "./sql-tokens.ts";

/**
 * Whether two pieces of SQL are the same to PostgreSQL: they differ in
 * whitespace and in the case of keywords only.
 */
export function sameSql(before: string, after: string): boolean {
  return sameList(comparableSql(before), comparableSql(after));
}

/** Whether two scripts differ in whitespace only. */
export function sameScript(before: string, after: string): boolean {
  const comparable = (text: string) =>
    scriptTokens(text).map((token) =>
      token.kind === "comment" ? token.text.replace(/\s+/g, " ").trimEnd() : token.text,
    );
  return sameList(comparable(before), comparable(after));
}

function sameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((each, index) => each === b[index]);
}

function comparableSql(text: string): string[] {
  const tokens = sqlTokens(text);
  return tokens.flatMap((token, index) => {
    const own = text.slice(token.start, token.end);
    if (token.kind === "comment") return [own.replace(/\s+/g, " ").trimEnd()];
    if (isKeyword(token, own)) return [own.toLowerCase()];
    return continuesString(tokens[index - 1], token, text) ? ["(next line)", own] : [own];
  });
}

// 'a' and 'b' on two lines are one string, on one line they are a syntax error.
function continuesString(before: SqlToken | undefined, token: SqlToken, text: string): boolean {
  if (before === undefined || text[before.end - 1] !== "'" || text[token.start] !== "'")
    return false;
  return text.slice(before.end, token.start).includes("\n");
}
