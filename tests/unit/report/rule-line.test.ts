import { describe, expect, it } from "vitest";
import { findRuleLine } from "../../../runner/report/console/rule-line.ts";

const source = `config {
  type: "table",
  assertions: {
    uniqueKey: ["id"],
    nonNull: ["app_id", "day"],
    rowConditions: [
      "duration_ms > 0",
      'status in (\\'passed\\', \\'failed\\')'
    ]
  }
}
select 1
`;

describe("findRuleLine", () => {
  it.each([
    ["uniqueKey (id)", 4],
    ["rowConditions (app_id IS NOT NULL; day IS NOT NULL)", 5],
    ["rowConditions (duration_ms > 0)", 7],
    ["rowConditions (duration_ms  >  0; x)", 7],
    ["rowConditions (status in ('passed', 'failed'))", 8],
    ["rowConditions (made_by_a_function > 0)", 6],
    ["every_row_has_its_raw_row", 1],
    ["", 1],
  ])("finds %s on line %i", (rule, line) => {
    expect(findRuleLine(source, rule)).toBe(line);
  });

  it("is line 1 where the file cannot be read", () => {
    expect(findRuleLine(undefined, "uniqueKey (id)")).toBe(1);
  });
});
