import { describe, expect, it } from "vitest";
import { postgresDialect } from "../../../runner/compile/compiler-process/dialect/postgres-dialect.js";
import { fittingName } from "../../../runner/names/fitting-name.js";

const dialect = postgresDialect("shop");

describe("resolveTarget", () => {
  it("quotes schema and name, doubles quotes in them and leaves the database out", () => {
    const target = { database: "db", schema: 'a"b', name: "c d" };
    expect(dialect.resolveTarget(target)).toBe('"a""b"."c d"');
  });

  it("fills in the default schema and gives equal answers for equal partial targets", () => {
    expect(dialect.resolveTarget({ name: "x" })).toBe('"shop"."x"');
    expect(dialect.resolveTarget({ schema: "", name: "x" })).toBe('"shop"."x"');
    expect(postgresDialect(undefined).resolveTarget({ name: "x" })).toBe('"x"');
  });
});

it("sqlString doubles quotes and keeps backslashes, as standard_conforming_strings wants", () => {
  expect(dialect.sqlString("it's a \\d")).toBe("'it''s a \\d'");
});

it("indexAssertion counts rows per key in a sub-select that has an alias", () => {
  expect(dialect.indexAssertion('"shop"."x"', ["a", "lower(b)"])).toBe(`
SELECT
  *
FROM (
  SELECT
    a, lower(b),
    COUNT(1) AS index_row_count
  FROM "shop"."x"
  GROUP BY a, lower(b)
  ) AS data
WHERE index_row_count > 1
`);
});

it("rowConditionsAssertion selects the rows that fail each condition, with its text", () => {
  expect(dialect.rowConditionsAssertion('"shop"."x"', ["a > 0", "b = 'it''s'"])).toBe(`
SELECT
  'a > 0' AS failing_row_condition,
  *
FROM "shop"."x"
WHERE NOT (a > 0)
UNION ALL
SELECT
  'b = ''it''''s''' AS failing_row_condition,
  *
FROM "shop"."x"
WHERE NOT (b = 'it''s')
`);
});

describe("fittingName", () => {
  it("keeps a name of 63 bytes", () => {
    expect(fittingName("n".repeat(63))).toBe("n".repeat(63));
  });

  it("cuts at a whole character and tells apart names that begin alike", () => {
    const one = fittingName(`${"é".repeat(40)}1`);
    const two = fittingName(`${"é".repeat(40)}2`);
    expect(one).toMatch(/^é{27}_[0-9a-f]{8}$/);
    expect(Buffer.byteLength(one)).toBe(63);
    expect(one).not.toBe(two);
    expect(fittingName(`${"é".repeat(40)}1`)).toBe(one);
  });
});
