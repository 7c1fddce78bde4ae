/**
 * Takes the statements of one action and returns them as text: one alone as it is, several each with
 * a semicolon, so that psql takes them. Ends with a line break.
 */
export function formatStatements(statements: readonly string[]): string {
  const texts = statements.map((statement) => statement.replace(/^(\s*\n)+|\s+$/g, ""));
  const written = texts.filter((text) => text.trim() !== "");
  if (written.length < 2) return written.map((text) => `${text}\n`).join("");
  return `${written.map(ended).join("\n\n")}\n`;
}

// A comment may stand at the end, which would swallow a semicolon in its line.
function ended(statement: string): string {
  const lastLine = statement.slice(statement.lastIndexOf("\n") + 1);
  if (lastLine.includes("--")) return `${statement}\n;`;
  return statement.endsWith(";") ? statement : `${statement};`;
}
