/** All that may be names in SQL; undefined when some are written in a way that is not looked into. */
export function wordsOf(sql: string): string[] | undefined {
  const quoted = sql.match(/"[^"]*"/g) ?? [];
  if (/\bu&/i.test(sql) || quoted.some((name) => !isPlain.test(name))) return undefined;
  const words = sql.match(/[\p{L}_][\p{L}\p{N}_$]*/gu) ?? [];
  return [...new Set([...words, ...words.map((word) => word.toLowerCase())])];
}

const isPlain = /^"[\p{L}\p{N}_$]+"$/u;
