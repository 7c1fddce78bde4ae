import { describe, expect, it } from "vitest";
import reporting from "../../../includes/reporting.js";

describe("synthetic tests", () => {
  it("are left out unless the project says otherwise", () => {
    expect(reporting.isReported("is_synthetic", {})).toBe("not is_synthetic");
    expect(reporting.isReported("is_synthetic", { includeSynthetic: "false" })).toBe(
      "not is_synthetic",
    );
    expect(reporting.isReported("is_synthetic", { includeSynthetic: "true" })).toBe("true");
  });

  it("are no matter of guessing", () => {
    expect(() => reporting.includesSynthetic({ includeSynthetic: "yes" })).toThrow(
      'vars.includeSynthetic is "true" or "false", not "yes"',
    );
  });
});

describe("today", () => {
  it("is the day of the report time zone, or the one that the project names", () => {
    expect(reporting.today({ reportTimeZone: "Europe/London" })).toBe(
      "(now() at time zone 'Europe/London')::date",
    );
    expect(reporting.today({ reportDate: "2026-01-31" })).toBe("date '2026-01-31'");
  });

  it("is nothing but a day", () => {
    expect(() => reporting.today({ reportDate: "yesterday'" })).toThrow(
      'vars.reportDate is a day as 2026-01-31, not "yesterday\'"',
    );
  });

  it("ends a window in place of the newest day", () => {
    expect(reporting.lastDay("max(day)", {})).toBe("max(day)");
    expect(reporting.lastDay("max(day)", { reportDate: "2026-01-31" })).toBe(
      "case when count(*) >= 0 then date '2026-01-31' end",
    );
  });
});

it("begins a day by the time zone and quotes its name", () => {
  expect(reporting.startOfDay("day", { reportTimeZone: "o'clock" })).toBe(
    "((day)::timestamp at time zone 'o''clock')",
  );
});
