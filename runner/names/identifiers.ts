import type { Target } from "../target.ts";

/** The name as a quoted SQL identifier, `"a""b"`. Throws on a NUL character, which no name can hold. */
export function quoteIdentifier(name: string): string {
  rejectNul(name);
  return `"${name.replaceAll('"', '""')}"`;
}

/**
 * The text as an SQL string literal, `'it''s'`, that means the same whatever
 * `standard_conforming_strings` is. Throws on a NUL character, which no text can hold.
 */
export function quoteLiteral(text: string): string {
  rejectNul(text);
  const quoted = `'${text.replaceAll("'", "''")}'`;
  return text.includes("\\") ? ` E${quoted.replaceAll("\\", "\\\\")}` : quoted;
}

/** A target as SQL, `"schema"."name"`; its database is a label and is left out. */
export function qualifiedName(target: Target): string {
  return `${quoteIdentifier(target.schema)}.${quoteIdentifier(target.name)}`;
}

function rejectNul(text: string): void {
  if (text.includes("\0")) {
    throw new TypeError("a NUL character cannot be part of an SQL name or string");
  }
}
