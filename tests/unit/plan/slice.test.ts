import { describe, expect, it } from "vitest";
import { sliceOf } from "../../../runner/plan/tasks/slice.ts";

const where = "definitions/facts.sqlx: shop.facts";

describe("what an overwrite replaces as one", () => {
  it.each([
    ["day", '"day"', "value"],
    ["Day", '"day"', "value"],
    ['"Day ""1"""', '"Day ""1"""', "value"],
    ["`Day`", '"Day"', "value"],
    ["DATE(at)", '"at"::date', "day"],
    [" date ( at ) ", '"at"::date', "day"],
    ["at::date", '"at"::date', "day"],
    [
      "DATE(at, 'Europe/Berlin')",
      `("at"::timestamptz at time zone 'Europe/Berlin')::date`,
      "other",
    ],
    ["DATE_TRUNC(day, MONTH)", `date_trunc('month', "day")`, "month"],
    ["DATETIME_TRUNC(at, HOUR)", `date_trunc('hour', "at")`, "hour"],
    ["TIMESTAMP_TRUNC(at, DAY)", `date_trunc('day', "at")`, "day"],
    ["DATE_TRUNC(DATE(at), YEAR)", `date_trunc('year', "at")`, "year"],
    ["date_trunc('week', at)", `date_trunc('week', "at")`, "week"],
    ["DATE_TRUNC(day, ISOWEEK)", `date_trunc('week', "day")`, "week"],
    ["DATE_TRUNC(day, WEEK)", `date_trunc('week', "day" + interval '1 day')`, "other"],
  ])("is for %s the expression %s", (partitionBy, expression, grain) => {
    expect(sliceOf(partitionBy, where)).toMatchObject({ expression, grain });
  });

  it.each(["_PARTITIONTIME", "_PARTITIONDATE", "lower(part)", "a, b", "", "day; drop table x"])(
    "is refused for %j, with the file and the way out",
    (partitionBy) => {
      expect(() => sliceOf(partitionBy, where)).toThrow(
        expect.objectContaining({
          code: "UNSUPPORTED_ACTION",
          message: expect.stringContaining(where) as string,
          hint: expect.stringContaining("column of the query") as string,
        }) as Error,
      );
    },
  );
});
