import { expect, it } from "vitest";
import { SqlFailure } from "../../../runner/errors.ts";
import { openTestDatabase } from "../../support/opened-database.ts";
import { anyServer } from "../../support/test-database.ts";

const [server] = anyServer();
if (server === undefined) throw new Error("there is no server");

/** What PostgreSQL refuses, and what stands in the hint about it. */
const refused: [statement: string, hint: string][] = [
  ['select a from t where b = "paid"', "'single quotes'"],
  ["select case when a = 1 then \"one\" else 'two' end from t", "'single quotes'"],
  ["select a, b, from t", "without a comma"],
  ["select a from (select a, b, from t) as s", "without a comma"],
  ["select regexp_extract(b, r'\\d+') from t", "a backslash"],
  ["select regexp_replace(b, r'\\d+', '') from t", "a backslash"],
  ["select c[offset(0)] from t", "count from 1"],
  ["select c[safe_offset(0)] from t", "count from 1"],
  ["select array<int64>[1, 2]", "bigint[]"],
  ["select a from t where a in unnest(c)", "any(a)"],
  ["select array_length(c) from t", "cardinality"],
  ["select array_agg(a ignore nulls) from t", "is not null"],
  ["select a, count(*) from t group by all", "group by all"],
  ["select * from t pivot (sum(a) for b in ('x'))", "no pivot"],
  ["declare x int64 default 1; select x", "js block"],
  ["create temp function f(x int64) as (x + 1); select f(1)", "pg_temp"],
  ["create or replace table n as select 1 as a", 'type: "table"'],
  ["create table n (a int) options (description = 'x')", "postgres: {"],
  ["select extract(date from d) from t", "t::date"],
  ["select extract(dayofweek from d) from t", "dow"],
  ["select timestamp_seconds(a), unix_seconds(d) from t", "to_timestamp"],
  ["select split(b, ',') from t", "string_to_array"],
  ["select parse_json(b) from t", "::jsonb"],
  ["select json_extract_array(b, '$.x') from t", "jsonb_array_elements"],
  ["select to_hex(md5(b)) from t", "hexadecimal text"],
  ["select datetime(d, 'Europe/Paris') from t", "at time zone"],
  ["select timestamp(b) from t", "timestamptz"],
  ["#standardSQL\nselect a from t", "begins with --"],
  ["from t |> where a = 1 |> aggregate count(*) as n", "no pipes"],
  ["create function if not exists f(a text) returns text language js as 'x'", "no JavaScript"],
  ["for x in (select a from t) do select 1; end for", "loop"],
  ["select a from t left join t.c as x where a = 1", "lateral unnest"],
  ["select user.name from t", '"user".id'],
  ["select a from t where date_trunc(d, month) = current_date", "date_trunc('month', d)"],
  ["select countif(a > 1), ifnull(a, 0) from t", "filter (where x)"],
];

it("what PostgreSQL refuses of BigQuery's SQL gets a hint that says what to write", async () => {
  const { database } = await openTestDatabase(server);
  await database.query("create table t (a int, b text, c int[], d timestamptz)");
  await database.query("insert into t values (1, 'x', '{1}', now())");
  const others: string[] = [];
  for (const [statement, hint] of refused) {
    const error: unknown = await database.query(statement).catch((thrown) => thrown);
    const { error: told } = error instanceof SqlFailure ? error : { error: undefined };
    if (!told?.hint?.includes(hint)) others.push(`${statement}: ${told?.message}, ${told?.hint}`);
  }
  expect(others).toEqual([]);
});
