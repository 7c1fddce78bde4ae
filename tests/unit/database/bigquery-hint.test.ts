import { describe, expect, it } from "vitest";
import { bigQueryHint } from "../../../runner/database/failures/bigquery-hint.ts";

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
    expect(bigQueryHint("42601", statement)).toMatch(hint);
  });

  it.each([
    ["42601", "select 'safe_divide(`x`)' frm t -- STRUCT(1)"],
    ["42703", "select date_trunc('month', d) from t where a = b"],
    ["23505", "select `a`"],
    [undefined, "select `a`"],
  ])("gets none for %s: %s", (state, statement) => {
    expect(bigQueryHint(state, statement)).toBeUndefined();
  });
});
