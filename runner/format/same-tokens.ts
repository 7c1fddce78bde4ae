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

/** Whether two scripts differ in whitespace only, and in none that ends a statement. */
export function sameScript(before: string, after: string): boolean {
  return sameList(comparableScript(before), comparableScript(after));
}

function sameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((each, index) => each === b[index]);
}

// After these words a line break ends the statement or gives the word another meaning.
const endsAtLineBreak = /^(?:return|throw|break|continue|yield|async)$/;

function comparableScript(text: string): string[] {
  let previous = "";
  let isBroken = false;
  return scriptTokens(text).flatMap(({ kind, text: own, startsLine }) => {
    isBroken ||= startsLine;
    if (kind === "comment") {
      isBroken ||= own.includes("\n");
      return [own.replace(/\s+/g, " ").trimEnd()];
    }
    const isEnded = isBroken && own !== "}" && endsAtLineBreak.test(previous);
    previous = own;
    isBroken = false;
    return isEnded ? ["(next line)", own] : [own];
  });
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
