/** A character of a text, found by its line. */
export interface LinePosition {
  /** 1-based. */
  line: number;
  /** Index into `lineText`, in UTF-16 units; may be its length (end of the line). */
  offset: number;
  /** The line without its line break. */
  lineText: string;
}

/**
 * Takes a statement and PostgreSQL's 1-based position in it, counted in Unicode code points.
 * Returns the line that holds it, or undefined when the position lies outside the statement. The
 * end of the input counts as the end of the last line that holds something.
 */
export function linePosition(statement: string, position: number): LinePosition | undefined {
  const index = utf16Index(statement, position);
  if (index === undefined) return undefined;
  const before = statement.slice(0, index).split("\n");
  const lines = splitLines(statement);
  let line = before.length;
  let offset = Math.min(before.at(-1)?.length ?? 0, lines[line - 1]?.length ?? 0);
  while (line > 1 && lines[line - 1]?.trim() === "") {
    line -= 1;
    offset = lines[line - 1]?.trimEnd().length ?? 0;
  }
  return { line, offset, lineText: lines[line - 1] ?? "" };
}

/** Takes a text and returns its lines without `\n` or `\r\n`. */
export function splitLines(text: string): string[] {
  return text.split(/\r?\n/);
}

/** Takes a line and an index in UTF-16 units; returns the 1-based column in code points. */
export function columnOf(lineText: string, offset: number): number {
  return [...lineText.slice(0, offset)].length + 1;
}

function utf16Index(text: string, position: number): number | undefined {
  if (!Number.isInteger(position) || position < 1) return undefined;
  let index = 0;
  for (let passed = 1; passed < position; passed += 1) {
    if (index >= text.length) return undefined;
    index += (text.codePointAt(index) ?? 0) > 0xffff ? 2 : 1;
  }
  return index;
}
