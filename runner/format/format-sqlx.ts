import { formatScript } from "./format-script.ts";
import { formatSql, indentSql } from "./format-sql.ts";
import { type SqlxPart, splitSqlx } from "./split-sqlx.ts";

const attempts = 4;

/**
 * Takes the text of a SQLX file and returns it formatted: blocks stay in their order, with one empty
 * line between them. Formatting the result again changes nothing. Throws when that cannot be had or
 * when more than whitespace between tokens would change.
 */
export function formatSqlx(text: string): string {
  return untilStable(text, (current) => `${formatParts(current)}\n`);
}

/** Formats JavaScript the same way. */
export function formatJavaScript(text: string): string {
  return untilStable(text, (current) => `${formatScript(current)}\n`);
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

function formatParts(text: string): string {
  return splitSqlx(text).map(formatPart).join("\n\n");
}

function formatPart(part: SqlxPart): string {
  switch (part.kind) {
    case "script":
      return formatScript(`${part.keyword} {${part.body}}`);
    case "separator":
      return "---";
    case "sql":
      return formatSql(part.text);
    case "sqlBlock": {
      const sql = formatParts(part.body);
      return sql === "" ? `${part.header} {}` : `${part.header} {\n${indentSql(sql)}\n}`;
    }
  }
}
