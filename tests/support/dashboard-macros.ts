/** The values that a reader has chosen above the panels of a dashboard. */
export interface Choices {
  /** Values of each variable; of Metabase at most one, and none is left empty. */
  values: Record<string, string[]>;
  from: string;
  until: string;
}

/**
 * SQL as Grafana sends it to PostgreSQL: first the variables, each in the format that it names, then the
 * macros. The argument of a macro ends with the first closing bracket, as in Grafana. Throws for what
 * Grafana would leave as it is.
 */
export function expandGrafana(sql: string, { values, from, until }: Choices): string {
  const withValues = sql.replace(/\$\{(\w+)(?::(\w+))?\}/g, (_, name, format) => {
    const chosen = values[name];
    if (chosen === undefined) throw new Error(`no variable ${name}`);
    if (format !== "sqlstring") throw new Error(`${name} is not quoted`);
    return chosen.map(quoted).join(",");
  });
  if (/\$\w|\[\[/.test(sql.replace(/\$__timeFilter\(/g, "").replace(/\$\{/g, ""))) {
    throw new Error("a variable or a macro that is not known");
  }
  return withValues.replace(/\$__timeFilter\(([^)]*)\)/g, (_, column) => {
    if (column.includes("(")) throw new Error(`an expression in a macro: ${column}`);
    return `${column} BETWEEN '${from}' AND '${until}'`;
  });
}

/**
 * SQL as Metabase sends it: an optional part goes when a variable in it has no value, and a value is a
 * quoted text. Throws for a variable outside of such a part, because it would need a value.
 */
export function expandMetabase(sql: string, { values, from, until }: Choices): string {
  const all: Record<string, string | undefined> = {
    ...Object.fromEntries(Object.entries(values).map(([name, [value]]) => [name, value])),
    ...(from === "" ? {} : { from, until }),
  };
  const expanded = sql.replace(/\[\[([\s\S]*?)\]\]/g, (_, part: string) => {
    const names = [...part.matchAll(/\{\{(\w+)\}\}/g)].map(([, name = ""]) => name);
    if (names.some((name) => all[name] === undefined)) return "";
    return part.replace(/\{\{(\w+)\}\}/g, (_, name) => quoted(all[name] ?? ""));
  });
  if (/\{\{|\[\[/.test(expanded.replace(/'(?:[^']|'')*'/g, ""))) {
    throw new Error("a variable that always needs a value");
  }
  return expanded;
}

function quoted(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}
