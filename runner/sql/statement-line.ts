const comparedLines = 5;

/**
 * Takes the text of an SQLX file and a statement that was compiled from it; returns the 1-based
 * line on which the statement begins, or undefined when the text does not contain it exactly once.
 */
export function statementLine(source: string, statement: string): number | undefined {
  const wanted = linesOf(statement)
    .slice(0, comparedLines)
    .map(({ text }) => text);
  if (wanted.length === 0) return undefined;
  const lines = linesOf(source);
  const found = lines.filter((_, index) => beginsAt(lines, index, wanted));
  const literal = found.filter(({ text }) => text === wanted[0]);
  const [first, ...others] = literal.length > 0 ? literal : found;
  return others.length > 0 ? undefined : first?.line;
}

interface Line {
  text: string;
  line: number;
}

function linesOf(text: string): Line[] {
  return text
    .split("\n")
    .map((line, index) => ({ text: line.trim(), line: index + 1 }))
    .filter((line) => line.text !== "");
}

function beginsAt(lines: readonly Line[], start: number, wanted: readonly string[]): boolean {
  for (const [index, text] of wanted.entries()) {
    const written = lines[start + index]?.text;
    if (written === undefined) return false;
    if (written === text) continue;
    const [head = "", ...rest] = written.split("${");
    if (rest.length === 0 || !text.startsWith(head)) return false;
    // An expression of several lines may have become any number of lines.
    if (!written.includes("}", head.length)) return index > 0 || head !== "";
    const tail = written.slice(written.lastIndexOf("}") + 1);
    if (!text.endsWith(tail)) return false;
  }
  return true;
}
