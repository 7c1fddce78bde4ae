import { habits } from "./bigquery-habits.ts";

// syntax error; unknown column, function, type, relation; types and values that do not fit
const states = new Set(["42601", "42703", "42883", "42704", "42P01", "42804", "22023"]);

const longestStatement = 200_000;

/** Characters: one or two lines. */
const nearby = 100;

/** An error of PostgreSQL's. */
interface Refusal {
  sqlstate: string | undefined;
  statement: string;
  /** Of the place in the statement, from 1; 0 when PostgreSQL names none. */
  position?: number;
  /** PostgreSQL's own hint. */
  hint?: string | undefined;
}

/**
 * Returns how PostgreSQL writes what a refused statement seems to mean, when it is written as in BigQuery:
 * the nearest to the place of the error counts. Undefined also where PostgreSQL's own hint is about that
 * place and this one is not. Literals and comments do not count.
 */
export function bigQueryHint({ sqlstate, statement, position = 0, hint }: Refusal) {
  if (sqlstate === undefined || !states.has(sqlstate)) return undefined;
  const code = withoutLiterals(statement.slice(0, longestStatement));
  const [nearest] = habits
    .map((each) => ({ hint: each.hint, distance: distanceTo(each.pattern, code, position) }))
    .filter(({ distance }) => distance < Number.POSITIVE_INFINITY)
    .sort((one, other) => one.distance - other.distance);
  if (nearest === undefined || (hint && nearest.distance > 0)) return undefined;
  return nearest.distance > nearby ? `elsewhere in the statement: ${nearest.hint}` : nearest.hint;
}

/** Characters between a place, from 1, and the nearest match; Infinity without one. */
function distanceTo(pattern: RegExp, code: string, position: number): number {
  let nearest = Number.POSITIVE_INFINITY;
  for (const { index, 0: text } of code.matchAll(pattern)) {
    const before = index + 1 - position;
    const behind = position - (index + text.length);
    nearest = Math.min(nearest, position > 0 ? Math.max(0, before, behind) : 0);
  }
  return nearest;
}

/** The statement with blanks for what stands in quotes and comments, each thing where it was. */
function withoutLiterals(statement: string): string {
  return statement.replace(
    /'(?:[^']|'')*'|"(?:[^"]|"")*"|\$(\w*)\$.*?\$\1\$|--[^\n]*|\/\*.*?\*\//gs,
    (text) => {
      const [quote = ""] = /^['"]/.exec(text) ?? [];
      const inside = text.slice(quote.length, text.length - quote.length);
      return `${quote}${inside.replace(/[^\n]/g, " ")}${quote}`;
    },
  );
}
