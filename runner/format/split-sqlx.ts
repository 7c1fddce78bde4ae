import { blockHeader } from "../compile/compiler-process/sqlx/compile-sqlx.js";
import { closingBrace } from "./scan-javascript.ts";
import { isBlank, sqlTokenAt } from "./sql-tokens.ts";

/** A part of a SQLX file, in the order of the file. */
export type SqlxPart =
  | { kind: "script"; keyword: "config" | "js"; body: string }
  | { kind: "sqlBlock"; header: string; body: string }
  | { kind: "separator" }
  | { kind: "sql"; text: string };

const separator = /---[ \t]*(?:\r?\n|$)/y;

/** Takes the text of a SQLX file and returns its parts. Throws when something is not closed. */
export function splitSqlx(text: string): SqlxPart[] {
  const parts: SqlxPart[] = [];
  let sqlStart = 0;
  const endSql = (end: number): void => {
    const sql = text.slice(sqlStart, end);
    if (sql.trim() !== "") parts.push({ kind: "sql", text: sql });
  };
  for (let at = 0; at < text.length; ) {
    const found = partAt(text, at);
    if (found) {
      endSql(at);
      parts.push(found.part);
      at = found.end;
      sqlStart = at;
    } else at = isBlank(text[at]) ? at + 1 : sqlTokenAt(text, at).end;
  }
  endSql(text.length);
  return parts;
}

function startsLine(text: string, at: number): boolean {
  const line = text.slice(text.lastIndexOf("\n", at - 1) + 1, at);
  return line.trim() === "";
}

function partAt(text: string, at: number): { part: SqlxPart; end: number } | undefined {
  separator.lastIndex = at;
  const line = separator.exec(text)?.[0];
  if (line !== undefined && startsLine(text, at)) {
    return { part: { kind: "separator" }, end: at + line.length };
  }
  blockHeader.lastIndex = at;
  const opening = blockHeader.exec(text)?.[0];
  if (opening === undefined) return undefined;
  const header = opening.slice(0, -" {".length);
  const start = at + opening.length;
  if (header !== "config" && header !== "js") {
    const end = sqlBlockEnd(text, start);
    return { part: { kind: "sqlBlock", header, body: text.slice(start, end) }, end: end + 1 };
  }
  const end = closingBrace(text, start);
  return { part: { kind: "script", keyword: header, body: text.slice(start, end) }, end: end + 1 };
}

function sqlBlockEnd(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; ) {
    if (text[at] === "{") depth++;
    if (text[at] === "}" && depth-- === 0) return at;
    const isRead = isBlank(text[at]) || /[{}]/.test(text[at] ?? "");
    at = isRead ? at + 1 : sqlTokenAt(text, at).end;
  }
  throw new Error("a { is not closed");
}
