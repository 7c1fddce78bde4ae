import { formatScript } from "./format-script.ts";
import type { FormatSettings } from "./format-settings.ts";
import { formatSql, indentSql } from "./format-sql.ts";
import { type SqlxPart, splitSqlx } from "./split-sqlx.ts";
import { sqlTokens } from "./sql-tokens.ts";

const attempts = 4;

/**
 * Takes the text of a SQLX file and returns it formatted: blocks stay in their order, with one empty
 * line between them. Formatting the result again changes nothing. Throws when that cannot be had or
 * when more than whitespace between tokens would change.
 */
export function formatSqlx(text: string, settings: FormatSettings): string {
  return untilStable(text, (current) => `${formatParts(current, settings)}\n`);
}

/** Formats JavaScript the same way. */
export function formatJavaScript(text: string, settings: FormatSettings): string {
  return untilStable(text, (current) => `${formatScript(current, settings)}\n`);
}

function untilStable(text: string, format: (text: string) => string): string {
  let current = text;
  for (let attempt = 0; attempt < attempts; attempt++) {
    const next = format(current);
    if (next === current) return next;
    current = next;
  }
  throw new Error("formatting it again would change it again");
}

function formatParts(text: string, settings: FormatSettings): string {
  let result = "";
  for (const part of splitSqlx(text)) {
    result += `${formatPart(part, settings)}${endsWithCommentOfNext(part) ? "\n" : "\n\n"}`;
  }
  return result.trimEnd();
}

/** Whether a comment stands directly above the block that follows, which it describes. */
function endsWithCommentOfNext(part: SqlxPart): boolean {
  if (part.kind !== "sql") return false;
  const last = sqlTokens(part.text).at(-1);
  return last?.kind === "comment" && /^[^\n]*\n[^\n]*$/.test(part.text.slice(last.end));
}

function formatPart(part: SqlxPart, settings: FormatSettings): string {
  switch (part.kind) {
    case "script":
      return formatScript(`${part.keyword} {${part.body}}`, settings);
    case "separator":
      return "---";
    case "sql":
      return formatSql(part.text, settings);
    case "sqlBlock": {
      const lineWidth = settings.lineWidth - 2;
      const sql = formatParts(part.body, { ...settings, lineWidth });
      return sql === "" ? `${part.header} {}` : `${part.header} {\n${indentSql(sql, settings)}\n}`;
    }
  }
}
