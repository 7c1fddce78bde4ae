/**
 * Takes the text of an SQLX file (or undefined) and a rule in words, as the plan names it. Returns
 * the 1-based line that states the rule: the one with its condition or columns, else the one with
 * its keyword, else 1.
 */
export function findRuleLine(source: string | undefined, rule: string): number {
  if (source === undefined) return 1;
  const lines = source.split("\n");
  const [, keyword = "", content = ""] = /^(\w+)\s*\((.*)\)$/s.exec(rule) ?? [];
  for (const wanted of wantedTexts(keyword, content)) {
    const found = lines.findIndex((line) => squeezed(line).includes(squeezed(wanted)));
    if (found >= 0) return found + 1;
  }
  return 1;
}

/** The texts that mark the rule in the file, the most specific first. */
function wantedTexts(keyword: string, content: string): string[] {
  if (content === "") return keyword === "" ? [] : [keyword];
  const conditions = content.split("; ");
  const isNotNull = /^"?(\w+)"? is not null$/i;
  const nullable = conditions.flatMap((condition) => isNotNull.exec(condition.trim())?.[1] ?? []);
  if (keyword === "uniqueKey") return ["uniqueKey", "primaryKey"];
  if (nullable.length === conditions.length) return ["nonNull", ...nullable];
  return [...conditions, keyword];
}

/** Dataform projects write `is not null` and `IS  NOT NULL`, and quotes escaped or not. */
function squeezed(text: string): string {
  return text.replace(/[\s\\]+/g, "").toLowerCase();
}
