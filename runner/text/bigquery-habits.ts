/** A way of BigQuery to write SQL, and what PostgreSQL has instead. */
export interface Habit {
  /** How it looks in a statement without its literals and comments. */
  pattern: RegExp;
  hint: string;
}

const part = "year|isoyear|quarter|month|week|isoweek|day|hour|minute|second|millisecond";

/**
 * Ways of BigQuery to write SQL that PostgreSQL refuses, the more telling first where several fit as well.
 * Literals, comments and the inside of quoted names are blank.
 */
export const habits: readonly Habit[] = [
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
    /\bunnest\b[^;]{0,1000}?\bwith\s+offset\b/i,
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
      `\\b(?:date|timestamp|datetime)_trunc\\s*\\([^;]{0,500}?,\\s*(?:${part})\\b(?!\\s*\\()`,
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
    /\br(?=['"])/i,
    "r'\\d+' is '\\d+' in PostgreSQL, where a backslash in quotes is nothing but a backslash",
  ),
  habit(
    /(?:=|<>|\bin\s*\(|\blike\b|\bthen\b|\belse\b)\s*" *"/i,
    "a text stands in 'single quotes': what stands in double quotes is the name of a column",
  ),
  habit(
    /\|>/,
    "PostgreSQL has no pipes: from t |> where a |> aggregate b is select b from t where a",
  ),
  habit(
    /\bcreate\s+(?:or\s+replace\s+)?function\s+if\s+not\s+exists\b|\blanguage\s+js\b/i,
    "PostgreSQL: create or replace function f(a text) returns text language sql as 'select …'; it has no JavaScript",
  ),
  habit(
    /(?:^|;)\s*for\s+\w+\s+in\s*\(/i,
    "PostgreSQL has loops in do $$ … $$ and procedures alone: for row in select … loop … end loop",
  ),
  habit(
    /\bleft\s+join\s+[\w.]+\s+(?:as\s+)?\w+\s+(?=(?:left|inner|join|where|group|order)\b)/i,
    "a left join needs on …; the elements of an array: left join lateral unnest(t.a) as x on true",
  ),
  habit(
    /\b(?:user|table|column|offset|check|only|primary|references)\s*\.\s*[\w"]/i,
    'a name that is a word of SQL in PostgreSQL, such as user or table, stands in double quotes: "user".id',
  ),
  habit(
    /,\s*(?:from|where|group\s+by|having|order\s+by|limit)\b/i,
    "a list ends without a comma in PostgreSQL: remove the last one",
  ),
  habit(
    /\[\s*(?:safe_)?(?:offset|ordinal)\s*\(/i,
    "arrays count from 1: (a)[1] is a[offset(0)], and beyond its end an array gives null",
  ),
  habit(/\barray\s*</i, "array<int64> is bigint[] in PostgreSQL, array<string> is text[]"),
  habit(/\bin\s+unnest\s*\(/i, "x in unnest(a) is x = any(a) in PostgreSQL"),
  habit(
    /\barray_length\s*\((?![^;]{0,200}?,\s*\d)/i,
    "array_length(a) is cardinality(a) in PostgreSQL",
  ),
  habit(
    /\b(?:ignore|respect)\s+nulls\b/i,
    "PostgreSQL has no ignore nulls: array_agg(x) filter (where x is not null)",
  ),
  habit(/\bgroup\s+by\s+all\b/i, "PostgreSQL has no group by all: name the columns"),
  habit(
    /\b(?:un)?pivot\s*\(/i,
    "PostgreSQL has no pivot: sum(x) filter (where kind = 'a') as a, and so on for each column",
  ),
  habit(
    /(?:^|;)\s*declare\s+\w+\s+\w+/i,
    "PostgreSQL declares variables in do $$ … $$ and functions alone: make it a constant in a js block",
  ),
  habit(
    /\bcreate\s+(?:or\s+replace\s+)?temp(?:orary)?\s+function\b/i,
    "PostgreSQL has no temporary functions: create function pg_temp.f(…) … language sql",
  ),
  habit(
    /\bcreate\s+or\s+replace\s+table\b/i,
    'PostgreSQL has no create or replace table: make it an action with type: "table"',
  ),
  habit(/\boptions\s*\(/i, "PostgreSQL has no options (…): what it has stands in postgres: { … }"),
  habit(
    /\bextract\s*\(\s*(?:date|time|dayofweek|dayofyear|isoweek)\s+from\b/i,
    "extract(date from t) is t::date in PostgreSQL; dayofweek is dow, from 0 for Sunday, dayofyear is doy",
  ),
  habit(
    /\b(?:timestamp|unix)_(?:seconds|millis|micros)\s*\(/i,
    "PostgreSQL: to_timestamp(seconds) gives a time, extract(epoch from t) its seconds",
  ),
  habit(/\bsplit\s*\(/i, "split(x, ',') is string_to_array(x, ',') in PostgreSQL"),
  habit(/\bparse_json\s*\(/i, "parse_json(x) is x::jsonb in PostgreSQL"),
  habit(
    /\bjson_(?:extract|query|value)_(?:string_)?array\s*\(/i,
    "PostgreSQL: jsonb_array_elements(x) gives the elements of an array as rows",
  ),
  habit(/\bfarm_fingerprint\s*\(/i, "PostgreSQL has hashtextextended(x, 0), whose values differ"),
  habit(
    /\bto_hex\s*\(\s*(?:md5|sha\d+)\s*\(/i,
    "md5(x) is hexadecimal text in PostgreSQL; encode(sha256(x::bytea), 'hex') is that of others",
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
  habit(
    /\b(?:datetime|timestamp)\s*\((?!\s*\d+\s*\))/i,
    "timestamp(x) is x::timestamptz in PostgreSQL, datetime(t, zone) is t at time zone zone",
  ),
  habit(/^[ \t]*#(?![>-])/m, "a comment begins with -- in PostgreSQL"),
];

function habit(pattern: RegExp, hint: string): Habit {
  return { pattern: new RegExp(pattern, `${pattern.flags}g`), hint };
}
