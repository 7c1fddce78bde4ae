const blank = /\s+|--[^\n]*/y;
const dollarTag = /\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/y;

/** Whether SQL holds nothing but blanks and comments. */
export function isBlankSql(sql: string): boolean {
  return skipBlank(sql, 0) === sql.length;
}

/** Whether the last that SQL holds, comments left out, is a semicolon. */
export function endsInSemicolon(sql: string): boolean {
  let last = "";
  for (let at = skipBlank(sql, 0); at < sql.length; at = skipBlank(sql, at)) {
    last = sql.charAt(at);
    at = tokenEnd(sql, at);
  }
  return last === ";";
}

function skipBlank(sql: string, start: number): number {
  for (let at = start; ; ) {
    const end = sql.startsWith("/*", at) ? commentEnd(sql, at) : matchEnd(blank, sql, at);
    if (end === at) return at;
    at = end;
  }
}

function tokenEnd(sql: string, at: number): number {
  const character = sql.charAt(at);
  if (character === "'" || character === '"') {
    const hasEscapes = character === "'" && /^[eE]$/.test(sql.charAt(at - 1));
    return quoteEnd(sql, at, hasEscapes);
  }
  const tagEnd = character === "$" ? matchEnd(dollarTag, sql, at) : at;
  if (tagEnd === at) return at + 1;
  const close = sql.indexOf(sql.slice(at, tagEnd), tagEnd);
  return close === -1 ? sql.length : close + tagEnd - at;
}

function quoteEnd(sql: string, start: number, hasEscapes: boolean): number {
  const quote = sql.charAt(start);
  for (let at = start + 1; at < sql.length; at++) {
    if (hasEscapes && sql[at] === "\\") at++;
    else if (sql[at] === quote && sql[at + 1] !== quote) return at + 1;
    else if (sql[at] === quote) at++;
  }
  return sql.length;
}

/** A comment that is not closed goes to the end. */
function commentEnd(sql: string, start: number): number {
  const mark = /\/\*|\*\//g;
  mark.lastIndex = start;
  let depth = 0;
  for (let found = mark.exec(sql); found !== null; found = mark.exec(sql)) {
    depth += found[0] === "/*" ? 1 : -1;
    if (depth === 0) return mark.lastIndex;
  }
  return sql.length;
}

function matchEnd(pattern: RegExp, sql: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(sql) ? pattern.lastIndex : at;
}
