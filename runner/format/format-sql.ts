import { formatDialect, postgresql } from "sql-formatter";
import { sameSql } from "./same-tokens.ts";
import { type SqlToken, sqlTokens } from "./sql-tokens.ts";

// Letters that nobody uses: a placeholder becomes a name of its own length while it is formatted.
const [opening, padding] = ["ꙮ", "ꙭ"];

/**
 * Takes SQL with `${…}` in it and returns it formatted, everything but whitespace between tokens
 * unchanged. Throws when that cannot be promised.
 */
export function formatSql(sql: string): string {
  if (sql.trim() === "") return "";
  if (sql.includes(opening) || sql.includes(padding))
    throw new Error(`it holds the letter ${opening}`);
  const { masked, placeholders } = mask(sql);
  const options = { dialect: postgresql, tabWidth: 2, linesBetweenQueries: 1 } as const;
  const formatted = unmask(formatDialect(masked, options), placeholders).trim();
  if (!sameSql(sql, formatted)) throw new Error("its SQL would not be the same afterwards");
  return formatted;
}

/** Moves every line two spaces to the right, except those inside strings and placeholders. */
export function indentSql(sql: string): string {
  let result = "";
  let at = 0;
  for (const token of sqlTokens(sql)) {
    const text = sql.slice(token.start, token.end);
    result +=
      deeper(sql.slice(at, token.start)) + (isBoxComment(token, text) ? deeper(text) : text);
    at = token.end;
  }
  return `  ${result}`;
}

function deeper(text: string): string {
  return text.replace(/\n(?=[^\n])|\n$/g, "\n  ");
}

// The formatter moves the lines of such a comment with its beginning.
function isBoxComment({ kind }: SqlToken, text: string): boolean {
  return kind === "comment" && /^\/\*[^\n]*(\n\s*\*[^\n]*)+$/.test(text);
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
