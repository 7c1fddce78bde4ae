import { describe, expect, it } from "vitest";
import { partitioningOf } from "../../../runner/plan/tasks/partitioning.ts";

const where = "definitions/facts.sqlx: shop.facts";

describe("the partitioning of a table", () => {
  it.each([
    ["day", { key: '"day"', column: "day", by: { range: "day" } }],
    ["DATE_TRUNC(day, MONTH)", { key: '"day"', column: "day", by: { range: "month" } }],
    [
      { column: "Day", range: "YEAR" },
      { key: '"Day"', column: "Day", by: { range: "year" } },
    ],
    [
      { column: "id", range: 1000 },
      { key: '"id"', column: "id", by: { range: 1000 } },
    ],
    [
      { column: "part", list: true },
      { key: '"part"', column: "part", by: "list" },
    ],
    [
      { expression: "id % 7", hash: 4 },
      { key: "(id % 7)", by: { hash: 4 } },
    ],
  ])("is for partitionBy: %j as it says", (partitionBy, expected) => {
    expect(partitioningOf({ partitionBy }, where)).toEqual(expected);
  });

  it.each([
    ["90 days", "90 days"],
    ["1 year 6 months", "1 year 6 months"],
    [{ months: 2, days: 3 }, "2 months 3 days"],
  ])("keeps partitions for partitionRetention: %j", (partitionRetention, retention) => {
    expect(partitioningOf({ partitionBy: "day", partitionRetention }, where)).toMatchObject({
      retention,
    });
  });

  it("keeps partitions of numbers for a number", () => {
    const settings = { partitionBy: { column: "id", range: 10 }, partitionRetention: 1000 };
    expect(partitioningOf(settings, where)).toMatchObject({ retention: "1000" });
  });

  it("is absent when nothing is said", () => {
    expect(partitioningOf({}, where)).toBeUndefined();
  });

  it.each([
    [{ partitionBy: { column: "a" } }],
    [{ partitionBy: { range: "day" } }],
    [{ partitionBy: { column: "a", expression: "b", range: "day" } }],
    [{ partitionBy: { column: "a", range: "day", list: true } }],
    [{ partitionBy: { column: "a", range: "fortnight" } }],
    [{ partitionBy: { column: "a", range: -1 } }],
    [{ partitionBy: { column: "a", hash: 0 } }],
    [{ partitionBy: { column: "a", range: "day", width: 3 } }],
    [{ partitionBy: ["a"] }],
    [{ partitionBy: "RANGE_BUCKET(id, GENERATE_ARRAY(0, 10, 1))" }],
    [{ partitionRetention: "90 days" }],
    [{ partitionBy: "day", partitionRetention: "soon" }],
    [{ partitionBy: "day", partitionRetention: { days: "many" } }],
    [{ partitionBy: "day", partitionRetention: 90 }],
    [{ partitionBy: { column: "id", range: 10 }, partitionRetention: "90 days" }],
    [{ partitionBy: { column: "a", list: true }, partitionRetention: "90 days" }],
  ])("is refused for %j, with the file and an example", (settings) => {
    expect(() => partitioningOf(settings, where)).toThrow(
      expect.objectContaining({
        code: "UNSUPPORTED_ACTION",
        message: expect.stringContaining(where) as string,
      }) as Error,
    );
  });
});
