import { describe, expect, it } from "vitest";
import { bigQueryHint } from "../../runner/text/bigquery-hint.ts";

describe("a statement in the manner of BigQuery", () => {
  it.each([
    ["select `a` from `p.d.t`", /"double quotes"/],
    ["select safe_divide(a, b) from t", /nullif\(b, 0\)/],
    ["select STRUCT(1 as a)", /jsonb_build_object/],
    ["select IFNULL(a, 0) from t", /coalesce/],
    ["select DATE_TRUNC(day, MONTH) from t", /date_trunc\('month', d\)/],
    ["select * from t QUALIFY row_number() over (order by a) = 1", /as numbered where n = 1/],
    ["select * EXCEPT (a) from t", /name the columns/],
    ["select a::INT64 from t", /bigint/],
    ["select SAFE_CAST(a as INT64) from t", /pg_input_is_valid/],
    ["select CURRENT_TIMESTAMP() as now", /without parentheses/],
    ["select a from t where _TABLE_SUFFIX = 'x'", /wildcard/],
    ["select x from unnest([1]) as x WITH OFFSET as i", /with ordinality/],
    ["select interval 1 day", /interval '1 day'/],
    ["select timestamp_diff(a, b, second) from t", /extract\(epoch/],
    ["select countif(a) from t", /filter \(where x\)/],
  ])("gets a hint: %s", (statement, hint) => {
    expect(bigQueryHint({ sqlstate: "42601", statement })).toMatch(hint);
  });

  it.each([
    ["42601", "select 'safe_divide(`x`)' frm t -- STRUCT(1)"],
    ["42703", "select date_trunc('month', d) from t where a = b"],
    ["23505", "select `a`"],
    [undefined, "select `a`"],
  ])("gets none for %s: %s", (sqlstate, statement) => {
    expect(bigQueryHint({ sqlstate, statement })).toBeUndefined();
  });

  it("gets the hint that is nearest to the place of the error", () => {
    const statement = "select ifnull(a, 0), countif(b), c::int64 from t";
    const hintAt = (word: string) =>
      bigQueryHint({ sqlstate: "42883", statement, position: statement.indexOf(word) + 1 });
    expect(hintAt("ifnull")).toMatch(/coalesce/);
    expect(hintAt("countif")).toMatch(/filter \(where x\)/);
    expect(hintAt("int64")).toMatch(/bigint/);
  });

  it("does not get one in the place of PostgreSQL's own about another place", () => {
    const statement = "select amont, ifnull(a, 0) from t";
    const hint = 'Perhaps you meant to reference the column "t.amount".';
    expect(bigQueryHint({ sqlstate: "42703", statement, position: 8, hint })).toBeUndefined();
    expect(bigQueryHint({ sqlstate: "42883", statement, position: 15, hint })).toMatch(/coalesce/);
  });
});
