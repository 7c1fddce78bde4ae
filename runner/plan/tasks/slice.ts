import { RunnerError } from "../../errors.ts";
import { quoteIdentifier, quoteLiteral } from "../../names/identifiers.ts";
import type { Slice } from "../publish-task.ts";

const column = String.raw`(\w+|"(?:[^"]|"")+"|${"`"}[^${"`"}]+${"`"})`;
const units = "hour|day|week|isoweek|month|quarter|year|isoyear";

type Translate = (...groups: string[]) => Slice;

// What BigQuery allows in PARTITION BY, and the same in PostgreSQL's own words.
const translations: [RegExp, Translate][] = [
  [pattern(column), (name) => slice(name, "value", (sql) => sql)],
  [pattern(`(?:date|timestamp)\\(${column}\\)`), (name) => asDay(name)],
  [pattern(`${column} :: date`), (name) => asDay(name)],
  [
    pattern(`date\\(${column}, ['"]([\\w/+:-]+)['"]\\)`),
    (name, zone) =>
      slice(
        name,
        "other",
        (sql) => `(${sql}::timestamptz at time zone ${quoteLiteral(zone)})::date`,
      ),
  ],
  [
    pattern(`(?:date|datetime|timestamp)_trunc\\((?:date\\()?${column}\\)?, (${units})\\)`),
    (name, unit) => truncated(name, unit),
  ],
  [pattern(`date_trunc\\('(${units})', ${column}\\)`), (unit, name) => truncated(name, unit, true)],
  [
    pattern(`range_bucket\\(${column}, generate_array\\((-?\\d+), (-?\\d+), (\\d+)\\)\\)`),
    (name, from, to, step) =>
      slice(
        name,
        "other",
        (sql) => `width_bucket(${sql}, array(select generate_series(${from}, ${to}, ${step})))`,
      ),
  ],
];

/**
 * What an `incrementalStrategy: "INSERT_OVERWRITE"` replaces as one, from the `partitionBy` of a
 * config block. Throws UNSUPPORTED_ACTION for an expression that has no meaning on PostgreSQL;
 * `where` names the file and the table in that error.
 */
export function sliceOf(partitionBy: string, where: string): Slice {
  const text = partitionBy.trim();
  if (!/^_PARTITION(TIME|DATE)\b/i.test(text)) {
    for (const [expression, translate] of translations) {
      const match = expression.exec(text);
      if (match) return translate(...match.slice(1));
    }
  }
  throw new RunnerError(
    "UNSUPPORTED_ACTION",
    `${where} has partitionBy: ${JSON.stringify(partitionBy)}, which cannot be translated for PostgreSQL`,
    {
      hint: "use a column, DATE(column), DATE_TRUNC(column, MONTH) or TIMESTAMP_TRUNC(column, DAY); make anything else a column of the query",
    },
  );
}

function pattern(source: string): RegExp {
  const spaced = source
    .replaceAll("\\(", "\\s*\\(\\s*")
    .replaceAll("\\)", "\\s*\\)")
    .replaceAll(", ", "\\s*,\\s*")
    .replaceAll(" :: ", "\\s*::\\s*");
  return new RegExp(`^${spaced}$`, "i");
}

function slice(name: string, grain: Slice["grain"], expression: (sql: string) => string): Slice {
  const bare = unquoted(name);
  return { column: bare, grain, expression: expression(quoteIdentifier(bare)) };
}

// As in SQL, an unquoted name is in lower case.
function unquoted(name: string): string {
  if (name.startsWith('"')) return name.slice(1, -1).replaceAll('""', '"');
  return name.startsWith("`") ? name.slice(1, -1) : name.toLowerCase();
}

function asDay(name: string): Slice {
  return slice(name, "day", (sql) => `${sql}::date`);
}

// BigQuery's WEEK begins on Sunday, PostgreSQL's week on Monday.
function truncated(name: string, unit: string, isPostgres = false): Slice {
  const lower = unit.toLowerCase();
  if (lower === "isoyear") {
    return slice(name, "other", (sql) => `extract(isoyear from ${sql})`);
  }
  if (lower === "week" && !isPostgres) {
    return slice(name, "other", (sql) => `date_trunc('week', ${sql} + interval '1 day')`);
  }
  const grain = lower.replace("isoweek", "week") as Slice["grain"];
  return slice(name, grain, (sql) => `date_trunc('${grain}', ${sql})`);
}
