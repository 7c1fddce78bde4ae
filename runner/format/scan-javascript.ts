import {
  javascriptEnd,
  regularExpressionEnd,
} from "../compile/compiler-process/sqlx/javascript-end.js";

/** A stretch of JavaScript; whitespace between stretches is not among them. */
export interface ScriptToken {
  kind: "code" | "string" | "comment";
  text: string;
  /** Whether a line break stands between it and the token before it. */
  startsLine: boolean;
}

/**
 * Takes a text and the position behind an opening `{`; returns the position of the `}` that closes
 * it, past strings, templates, regular expressions and comments. Throws when there is none.
 */
export function closingBrace(text: string, start: number): number {
  const end = javascriptEnd(text, start);
  if (end === -1) throw new Error("a { is not closed");
  return end;
}

/** The tokens of a script: two scripts with the same ones differ in whitespace only. */
export function scriptTokens(text: string): ScriptToken[] {
  const tokens: ScriptToken[] = [];
  let startsLine = true;
  for (let at = 0; at < text.length; ) {
    if (/\s/.test(text[at] ?? "")) {
      startsLine ||= text[at] === "\n";
      at++;
      continue;
    }
    const token = { ...tokenAt(text, at, tokens), startsLine };
    tokens.push(token);
    at += token.text.length;
    startsLine = false;
  }
  return tokens;
}

function tokenAt(
  text: string,
  at: number,
  before: readonly ScriptToken[],
): Pick<ScriptToken, "kind" | "text"> {
  const end = opaqueEnd(text, at) ?? patternEnd(text, at, before);
  if (end !== undefined) {
    const isComment = text.startsWith("//", at) || text.startsWith("/*", at);
    return { kind: isComment ? "comment" : "string", text: text.slice(at, end) };
  }
  const word = /^[\p{L}\p{N}_$]+/u.exec(text.slice(at, at + 200))?.[0];
  return { kind: "code", text: word ?? text[at] ?? "" };
}

/** The end of the string, template or comment that starts here, if one does. */
function opaqueEnd(text: string, at: number): number | undefined {
  const character = text[at];
  if (character === '"' || character === "'") return stringEnd(text, at, character);
  if (character === "`") return templateEnd(text, at);
  if (text.startsWith("//", at)) return indexOrEnd(text, "\n", at);
  if (text.startsWith("/*", at)) return required(text.indexOf("*/", at + 2)) + 2;
  return undefined;
}

function patternEnd(text: string, at: number, before: readonly ScriptToken[]): number | undefined {
  if (text[at] !== "/") return undefined;
  const previous = before.findLast(({ kind }) => kind !== "comment")?.text ?? "";
  return regularExpressionEnd(text, at, previous);
}

function stringEnd(text: string, start: number, quote: string): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === quote) return at + 1;
    else if (text[at] === "\n") break;
  }
  throw new Error(`a ${quote} is not closed`);
}

function templateEnd(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === "`") return at + 1;
    else if (text.startsWith("${", at)) at = closingBrace(text, at + 2);
  }
  throw new Error("a ` is not closed");
}

function indexOrEnd(text: string, wanted: string, from: number): number {
  const index = text.indexOf(wanted, from);
  return index === -1 ? text.length : index;
}

function required(index: number): number {
  if (index === -1) throw new Error("a comment is not closed");
  return index;
}
