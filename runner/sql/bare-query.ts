const nothing = /\s+|--[^\r\n]*/y;
// A string, a quoted name, a word, or any other sign.
const piece =
  /[eE]'(?:[^'\\]|\\[\s\S]|'')*'|[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*|'(?:[^']|'')*'|"(?:[^"]|"")*"|\$([A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$[\s\S]*?\$\1\$|[\s\S]/y;

/**
 * Takes the SQL of one query and returns it without trailing semicolons and comments, so that more
 * SQL can follow on a new line. Offsets in the rest do not change.
 */
export function bareQuery(sql: string): string {
  let end = 0;
  for (let at = 0; at < sql.length; ) {
    const skipped = sql.startsWith("/*", at) ? commentEnd(sql, at) : endOf(nothing, sql, at);
    if (skipped !== undefined) {
      at = skipped;
      continue;
    }
    const next = endOf(piece, sql, at) ?? sql.length;
    if (sql.slice(at, next) !== ";") end = next;
    at = next;
  }
  return sql.slice(0, end);
}

function endOf(pattern: RegExp, sql: string, at: number): number | undefined {
  pattern.lastIndex = at;
  return pattern.test(sql) ? pattern.lastIndex : undefined;
}

/** Block comments may be nested. */
function commentEnd(sql: string, start: number): number {
  const mark = /\/\*|\*\//g;
  mark.lastIndex = start;
  let depth = 0;
  for (let found = mark.exec(sql); found; found = mark.exec(sql)) {
    depth += found[0] === "/*" ? 1 : -1;
    if (depth === 0) return mark.lastIndex;
  }
  return sql.length;
}
