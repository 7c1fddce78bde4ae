import { closingBrace } from "./scan-javascript.ts";

/** One token of PostgreSQL's SQL in a SQLX file. */
export interface SqlToken {
  kind: "word" | "string" | "comment" | "sign";
  /** Offsets into the text. */
  start: number;
  end: number;
  /** The `${…}` in it, as offsets. */
  placeholders: { start: number; end: number }[];
}

/**
 * Takes SQL with `${…}` in it and returns its tokens: strings of every kind, dollar-quoted text,
 * comments, words with the placeholders that touch them, operators. Throws when one of them is not
 * closed.
 */
export function sqlTokens(text: string): SqlToken[] {
  const tokens: SqlToken[] = [];
  let at = 0;
  while (at < text.length) {
    if (isBlank(text[at])) {
      at++;
      continue;
    }
    const token = sqlTokenAt(text, at);
    tokens.push(token);
    at = token.end;
  }
  return tokens;
}

const stringPrefix = /(?:[eEbBxXnN]|[uU]&)?'|(?:[uU]&)?"/y;
const dollarTag = /\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/y;
const number = /\d+(?:\.(?!\.)\d*)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?/y;
// To PostgreSQL every character beyond ASCII is a letter, a blank that does not break a line, too.
const wordPart = /[\w$\u0080-\u{10ffff}]/u;
const operator = /[-+*/<>=~!@#%^&|`?]+/y;

/** Whether PostgreSQL takes a character for whitespace. */
export function isBlank(character: string | undefined): boolean {
  return /[ \t\n\r\f\v]/.test(character ?? "");
}

/** The token that starts at a position where no whitespace stands. */
export function sqlTokenAt(text: string, start: number): SqlToken {
  if (text.startsWith("--", start)) return lineComment(text, start);
  if (text.startsWith("/*", start)) return blockComment(text, start);
  const quote = match(stringPrefix, text, start);
  if (quote !== undefined) return quoted(text, start, quote);
  const tag = match(dollarTag, text, start);
  if (tag !== undefined) return until(text, start, start + tag.length, tag);
  if (text.startsWith("${", start) || wordPart.test(characterAt(text, start)))
    return word(text, start);
  const signs = match(operator, text, start);
  const sign = signs === undefined ? colons(text, start) : operatorOf(signs);
  return { kind: "sign", start, end: start + sign.length, placeholders: [] };
}

function match(expression: RegExp, text: string, at: number): string | undefined {
  expression.lastIndex = at;
  return expression.exec(text)?.[0];
}

function characterAt(text: string, at: number): string {
  return String.fromCodePoint(text.codePointAt(at) ?? 0);
}

function lineComment(text: string, start: number): SqlToken {
  const lineEnd = text.indexOf("\n", start);
  const end = lineEnd === -1 ? text.length : lineEnd;
  return { kind: "comment", start, end, placeholders: [] };
}

// PostgreSQL's comments nest.
function blockComment(text: string, start: number): SqlToken {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    if (text.startsWith("/*", at)) depth += 1;
    else if (text.startsWith("*/", at)) depth -= 1;
    else continue;
    at++;
    if (depth === 0) return { kind: "comment", start, end: at + 1, placeholders: [] };
  }
  throw new Error("a comment is not closed");
}

function quoted(text: string, start: number, opening: string): SqlToken {
  const quote = opening.at(-1) ?? "'";
  const escapes = /^e/i.test(opening) ? `\\` : "";
  return until(text, start, start + opening.length, quote, escapes);
}

/** Reads to `closing`; a doubled quote and an escaped character are part of the text. */
function until(text: string, start: number, from: number, closing: string, escapes = ""): SqlToken {
  const placeholders: SqlToken["placeholders"] = [];
  for (let at = from; at < text.length; ) {
    if (text.startsWith("${", at)) {
      const end = closingBrace(text, at + 2) + 1;
      placeholders.push({ start: at, end });
      at = end;
    } else if (escapes !== "" && text[at] === escapes) at += 2;
    else if (closing.length === 1 && text.startsWith(closing + closing, at)) at += 2;
    else if (text.startsWith(closing, at)) {
      return { kind: "string", start, end: at + closing.length, placeholders };
    } else at++;
  }
  throw new Error(`a ${closing} is not closed`);
}

function word(text: string, start: number): SqlToken {
  const placeholders: SqlToken["placeholders"] = [];
  let at = start + (match(number, text, start)?.length ?? 0);
  while (at < text.length) {
    if (text.startsWith("${", at)) {
      const end = closingBrace(text, at + 2) + 1;
      placeholders.push({ start: at, end });
      at = end;
      continue;
    }
    const character = characterAt(text, at);
    if (!wordPart.test(character)) break;
    at += character.length;
  }
  return { kind: "word", start, end: at, placeholders };
}

function colons(text: string, start: number): string {
  return match(/::|:=|\.\.|[\s\S]/y, text, start) ?? "";
}

/** PostgreSQL's own rule: `=-` are two operators, `@-` is one; a comment ends an operator. */
function operatorOf(signs: string): string {
  const comment = signs.search(/--|\/\*/);
  let name = comment > 0 ? signs.slice(0, comment) : signs;
  while (name.length > 1 && /[-+]$/.test(name) && !/[~!@#%^&|`?]/.test(name)) {
    name = name.slice(0, -1);
  }
  return name;
}
