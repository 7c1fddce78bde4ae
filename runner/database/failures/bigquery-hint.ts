interface Habit {
  /** How it looks in a statement without its literals and comments. */
  pattern: RegExp;
  hint: string;
}

// syntax error; unknown column, function, type, relation; types that do not fit
const states = new Set(["42601", "42703", "42883", "42704", "42P01", "42804"]);

const part = "year|isoyear|quarter|month|week|isoweek|day|hour|minute|second|millisecond";

/** Ways of BigQuery to write SQL that PostgreSQL refuses, the more telling first. */
const habits: readonly Habit[] = [
  habit(
    /`/,
    'PostgreSQL quotes names with "double quotes", not with backticks; refer to a model with ref("name")',
  ),
  habit(
    /\*\s*(?:except|replace)\s*\(/i,
    "PostgreSQL has no select * except (…) or replace (…): name the columns",
  ),
  habit(
    /\bqualify\b/i,
    "PostgreSQL has no qualify: select * from (select …, row_number() over (…) as n from …) as numbered where n = 1",
  ),
  habit(
    /\bunnest\b[^;]*\bwith\s+offset\b/i,
    "with offset is written with ordinality, and counts from 1: unnest(a) with ordinality as t (value, place)",
  ),
  habit(
    /\bsafe_cast\s*\(/i,
    "PostgreSQL has no safe_cast: check the text first, as in case when x ~ '^\\d+$' then x::bigint end; from PostgreSQL 16 on pg_input_is_valid(x, 'bigint') tells",
  ),
  habit(
    /\bsafe\.\w+\s*\(/i,
    "PostgreSQL has no safe. functions: check the value first, in a case expression",
  ),
  habit(
    /\bcurrent_(?:timestamp|date|time)\s*\(\s*\)/i,
    "current_timestamp, current_date and current_time are written without parentheses",
  ),
  habit(/\bcurrent_datetime\b/i, "current_datetime is localtimestamp in PostgreSQL"),
  habit(
    /\b_table_suffix\b|\b_partition(?:time|date)\b/i,
    "PostgreSQL has no wildcard tables and no partition columns of its own: read one partitioned table, or union all",
  ),
  habit(
    new RegExp(
      `\\b(?:date|timestamp|datetime)_trunc\\s*\\([^;]*?,\\s*(?:${part})\\b(?!\\s*\\()`,
      "i",
    ),
    "the part comes first, as a text: date_trunc('month', d), with ::date behind it for a date",
  ),
  habit(
    /\b(?:date|timestamp|datetime|time)_(?:add|sub)\s*\(/i,
    "dates are added to with an interval: d + interval '1 day', d - interval '1 month'",
  ),
  habit(
    /\b(?:date|timestamp|datetime)_diff\s*\(/i,
    "PostgreSQL subtracts: d1 - d2 are days between dates, extract(epoch from t1 - t2) seconds between times",
  ),
  habit(
    new RegExp(`\\binterval\\s+[\\w.]+\\s+(?:${part})\\b`, "i"),
    "an interval is a text: interval '1 day', or n * interval '1 day'",
  ),
  habit(
    /\bselect\s+as\s+struct\b|\bstruct\s*[(<]/i,
    "PostgreSQL has no struct: row(a, b), or jsonb_build_object('a', a) when its fields are to have names",
  ),
  habit(/\bunsafe_divide\b|\bsafe_divide\s*\(/i, "PostgreSQL has no safe_divide: a / nullif(b, 0)"),
  habit(/\bifnull\s*\(/i, "ifnull is coalesce(a, b) in PostgreSQL"),
  habit(/\bif\s*\(/i, "if(a, b, c) is case when a then b else c end in PostgreSQL"),
  habit(/\bcountif\s*\(/i, "countif(x) is count(*) filter (where x) in PostgreSQL"),
  habit(
    /\blogical_(?:or|and)\s*\(/i,
    "logical_or and logical_and are bool_or and bool_and in PostgreSQL",
  ),
  habit(/\bapprox_count_distinct\s*\(/i, "PostgreSQL counts exactly: count(distinct x)"),
  habit(/\bgenerate_uuid\s*\(/i, "generate_uuid() is gen_random_uuid() in PostgreSQL"),
  habit(
    /\bgenerate_(?:date|timestamp)?_?array\s*\(/i,
    "generate_array is generate_series in PostgreSQL, which gives rows: from generate_series(1, 10) as n",
  ),
  habit(
    /\bregexp_(?:contains|extract|extract_all)\s*\(/i,
    "PostgreSQL: x ~ 'pattern' for regexp_contains, substring(x from 'pattern') for regexp_extract",
  ),
  habit(
    /\b(?:format|parse)_(?:date|timestamp|datetime)\s*\(/i,
    "PostgreSQL: to_char(d, 'YYYY-MM-DD'), to_date(text, 'YYYY-MM-DD'), to_timestamp(text, …)",
  ),
  habit(/\bto_json_string\s*\(/i, "to_json_string(x) is to_json(x)::text in PostgreSQL"),
  habit(
    /\bjson_(?:value|extract|extract_scalar|query)\s*\(/i,
    "PostgreSQL: column ->> 'key' gives a text, column #>> '{a,b}' the text at a path, column -> 'key' JSON",
  ),
  habit(/\bends_with\s*\(/i, "PostgreSQL: right(x, length(y)) = y, or x like '%' || y"),
  habit(/\bint64\b/i, "int64 is bigint in PostgreSQL"),
  habit(/\bfloat64\b/i, "float64 is double precision in PostgreSQL"),
  habit(/\bbig(?:numeric|decimal)\b/i, "bignumeric is numeric in PostgreSQL"),
  habit(/\bas\s+string\b|::\s*string\b/i, "string is text in PostgreSQL"),
  habit(
    /\bas\s+datetime\b|::\s*datetime\b/i,
    "datetime is timestamp in PostgreSQL; timestamp of BigQuery is timestamptz",
  ),
  habit(/\bas\s+bytes\b|::\s*bytes\b/i, "bytes is bytea in PostgreSQL"),
];

function habit(pattern: RegExp, hint: string): Habit {
  return { pattern, hint };
}

const longestStatement = 200_000;

/**
 * Takes the code of an error and the statement that was refused; returns how PostgreSQL writes what
 * the statement seems to mean, when it is written as in BigQuery. Literals and comments do not count.
 */
export function bigQueryHint(sqlstate: string | undefined, statement: string): string | undefined {
  if (sqlstate === undefined || !states.has(sqlstate)) return undefined;
  const code = withoutLiterals(statement.slice(0, longestStatement));
  return habits.find(({ pattern }) => pattern.test(code))?.hint;
}

function withoutLiterals(statement: string): string {
  return statement.replace(
    /'(?:[^']|'')*'|"(?:[^"]|"")*"|\$(\w*)\$.*?\$\1\$|--[^\n]*|\/\*.*?\*\//gs,
    (text) => (text.startsWith('"') ? '""' : " "),
  );
}
