import { expect, it } from "vitest";
import { isRefusedByCitus, withCitusHint } from "../../../runner/relation/refused-by-citus.ts";

const of = (message: string, statement: string, sqlstate = "0A000") => ({
  ...{ message, statement, sqlstate },
});

it("says what to write instead of a query that Citus refuses", () => {
  const joined = of("complex joins are only supported when …", "select 1");
  expect(isRefusedByCitus(joined)).toBe(true);
  expect(withCitusHint(joined).hint).toMatch(/^join spread tables by the columns/);
  const { hint } = withCitusHint({ ...joined, message: "no GROUPING SETS", hint: "Filter." });
  expect(hint).toMatch(/^Filter; Citus refuses this on spread tables: take their rows in a step/);
});

it("says nothing of other errors, and of changes of a table by the runner", () => {
  expect(isRefusedByCitus(of("no such column", "select x", "42703"))).toBe(false);
  expect(isRefusedByCitus(of("alter table command is unsupported", "alter table t …"))).toBe(false);
});
