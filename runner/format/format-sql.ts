import { formatDialect, postgresql } from "sql-formatter";
import { formatCompact } from "./compact/format-compact.ts";
import type { FormatSettings } from "./format-settings.ts";
import { setKeywordCase } from "./keyword-case.ts";
import { sameSql } from "./same-tokens.ts";
import { joinShortParentheses } from "./short-parentheses.ts";
import { sqlTokens } from "./sql-tokens.ts";

// Letters that no SQL uses: while formatting, a name of the same length replaces each placeholder.
const [opening, padding] = ["ꙮ", "ꙭ"];

/**
 * Takes SQL with `${…}` in it and returns it formatted, everything but whitespace between tokens and
 * the case of keywords unchanged. Throws when that cannot be promised.
 */
export function formatSql(sql: string, settings: FormatSettings): string {
  if (sql.trim() === "") return "";
  const laidOut =
    settings.layout === "compact" ? formatCompact(sql, settings.lineWidth) : layOut(sql);
  const { keywordCase } = settings;
  const formatted = keywordCase === "preserve" ? laidOut : setKeywordCase(laidOut, keywordCase);
  if (!sameSql(sql, formatted)) throw new Error("its SQL would not be the same afterwards");
  return formatted;
}

function layOut(sql: string): string {
  if (sql.includes(opening) || sql.includes(padding))
    throw new Error(`it holds the letter ${opening}`);
  const { masked, placeholders } = mask(sql);
  const options = { dialect: postgresql, tabWidth: 2, linesBetweenQueries: 1 } as const;
  const spaced = unmask(formatDialect(masked, options), placeholders).trim();
  return joinShortParentheses(asWritten(sql, spaced));
}

// These stand before a parenthesis with a blank, whatever the author wrote.
const wordsBeforeBlank = new Set(
  (
    "in values and or not exists over filter group as on using when then else where from join " +
    "lateral by select union all except intersect with having case"
  ).split(" "),
);

// sql-formatter sets `(array[1, 2]) [1]` and `own_function (1)` apart, and takes the indentation out
// of comments.
function asWritten(before: string, after: string): string {
  const old = sqlTokens(before);
  let result = "";
  let at = 0;
  let previous = "";
  for (const [index, token] of sqlTokens(after).entries()) {
    const own = after.slice(token.start, token.end);
    const written = before.slice(old[index]?.start, old[index]?.end);
    const isMoved = token.kind !== "comment" || isBoxComment(written);
    const text = isMoved || old[index]?.kind !== "comment" ? own : written.trimEnd();
    const wasTight = index > 0 && old[index]?.start === old[index - 1]?.end;
    const isCall = text === "(" && !wordsBeforeBlank.has(previous.toLowerCase());
    const isTight = wasTight && (text === "[" || isCall);
    result += (isTight ? "" : after.slice(at, token.start)) + text;
    at = token.end;
    previous = text;
  }
  return result + after.slice(at);
}

/**
 * Moves every line two spaces to the right, except those inside strings, placeholders and comments
 * that the layout leaves where they are.
 */
export function indentSql(sql: string, { layout }: FormatSettings): string {
  let result = "";
  let at = 0;
  for (const token of sqlTokens(sql)) {
    const text = sql.slice(token.start, token.end);
    const isMoved = layout === "dataform" && isBoxComment(text);
    result += deeper(sql.slice(at, token.start)) + (isMoved ? deeper(text) : text);
    at = token.end;
  }
  return `  ${result}`;
}

function deeper(text: string): string {
  return text.replace(/\n(?=[^\n])|\n$/g, "\n  ");
}

// sql-formatter moves the lines of such a comment with its beginning.
function isBoxComment(text: string): boolean {
  return /^\/\*\*?\n(?:[^\S\n]*\*[^\n]*\n)*[^\S\n]*\*\/$/.test(text);
}

function mask(sql: string): { masked: string; placeholders: string[] } {
  const placeholders: string[] = [];
  let masked = "";
  let at = 0;
  for (const { start, end } of sqlTokens(sql).flatMap((token) => token.placeholders)) {
    const text = sql.slice(start, end);
    masked += sql.slice(at, start) + nameOf(placeholders.length, text);
    placeholders.push(text);
    at = end;
  }
  return { masked: masked + sql.slice(at), placeholders };
}

function nameOf(index: number, text: string): string {
  const [firstLine = ""] = text.split("\n");
  return `${opening}${index}${padding}`.padEnd(firstLine.length, padding);
}

function unmask(text: string, placeholders: readonly string[]): string {
  const name = new RegExp(`${opening}(\\d+)${padding}+`, "g");
  return text.replace(name, (_, index) => placeholders[Number(index)] ?? "");
}
