import { loadParser } from "./parse-sql.ts";

const kinds = ["RESERVED_KEYWORD", "TYPE_FUNC_NAME_KEYWORD", "COL_NAME_KEYWORD"];

// PostgreSQL lets them be names as well, and as a rule they are none.
const unreserved = new Set(
  (
    "add alter at begin by cascade comment commit current declare delete drop escape execute exists " +
    "filter first following function if index insert language last materialized merge nulls over " +
    "partition preceding range recursive rename replace returns rollback rows schema set temp temporary " +
    "trigger truncate unbounded update view within without zone"
  ).split(" "),
);

/** Takes texts and returns the words in them, in lower case, that are keywords of SQL. */
export async function keywordsIn(texts: Iterable<string>): Promise<Set<string>> {
  // the scanner does not take an empty text
  const words = new Set(["select"]);
  for (const text of texts) {
    for (const [word] of text.matchAll(/\b[A-Za-z_]+\b/g)) words.add(word.toLowerCase());
  }
  const parser = await loadParser();
  // words alone hold nothing that the scanner could stumble over
  const { tokens } = parser.scanSync([...words].join(" "));
  return new Set(
    tokens
      .filter(({ text, keywordName }) => kinds.includes(keywordName) || unreserved.has(text))
      .map(({ text }) => text),
  );
}
