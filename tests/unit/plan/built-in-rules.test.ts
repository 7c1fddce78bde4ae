import { expect, it } from "vitest";
import { postgresDialect } from "../../../runner/compile/compiler-process/dialect/postgres-dialect.js";
import { rowConditionsOf, uniqueKeyOf } from "../../../runner/plan/gates/assertion-limits.ts";

const { indexAssertion, rowConditionsAssertion } = postgresDialect("shop");
const asserting = (query: string) => ({ target: { schema: "s", name: "a" }, query });

it.each([
  [["id"], "id"],
  [["id", "lower(name)"], "id, lower(name)"],
  [["userId", "(a + b)"], '"userId", (a + b)'],
])("the key %j is found in the assertion that it became", (key, expected) => {
  const assertion = asserting(indexAssertion('"shop"."orders"', key));
  expect(uniqueKeyOf(assertion)).toBe(expected);
  expect(rowConditionsOf(assertion)).toEqual([]);
});

it("conditions are found as they are written, whatever they hold, and are no key", () => {
  const conditions = [
    "id in (select x.id from x group by x.id\nhaving count(*) > 1)",
    "note <> 'it''s ' and 'x' <> ' as failing_row_condition'",
    "name IS NOT NULL",
  ];
  const assertion = asserting(rowConditionsAssertion('"shop"."orders"', conditions));
  expect(rowConditionsOf(assertion)).toEqual(conditions);
  expect(uniqueKeyOf(assertion)).toBeUndefined();
});
