import { describe, expect, it } from "vitest";
import {
  addDays,
  dayNumber,
  daysBetween,
  daysFrom,
  describeDays,
  lastCompleteDay,
  parseDay,
} from "../../../warehouse/utc-day.ts";

describe("parseDay", () => {
  it.each(["2026-01-05", "2024-02-29", "1969-12-31"])("takes %s", (day) => {
    expect(parseDay(day, "--from")).toBe(day);
  });

  it.each([
    "2026-02-29",
    "2026-13-01",
    "2026-1-5",
    "05.01.2026",
    "yesterday",
    "",
    "2026-01-05T00:00",
  ])("refuses %j and names the option, the value and the form", (text) => {
    expect(() => parseDay(text, "--from")).toThrow(
      expect.objectContaining({
        code: "USAGE",
        message: `--from is not a day: ${JSON.stringify(text)}`,
        hint: expect.stringContaining("YYYY-MM-DD"),
      }),
    );
  });
});

describe("days", () => {
  it("follow each other over the ends of months, leap days and years", () => {
    expect(daysFrom("2024-02-28", 3)).toEqual(["2024-02-28", "2024-02-29", "2024-03-01"]);
    expect(addDays("2026-01-01", -1)).toBe("2025-12-31");
  });

  it("are counted with both ends, and refused the wrong way round", () => {
    expect(daysBetween("2025-12-31", "2026-01-02")).toEqual({ from: "2025-12-31", days: 3 });
    expect(() => daysBetween("2026-01-02", "2026-01-01")).toThrow("2026-01-02, is after");
  });

  it("are numbered from 1970-01-01", () => {
    expect(["1969-12-31", "1970-01-01", "2026-01-01"].map(dayNumber)).toEqual([-1, 0, 20_454]);
  });

  it("are complete when the next one has begun in UTC", () => {
    expect(lastCompleteDay(Date.parse("2026-01-06T00:00:00Z"))).toBe("2026-01-05");
    expect(lastCompleteDay(Date.parse("2026-01-05T23:59:59.999Z"))).toBe("2026-01-04");
  });

  it("are described as ranges", () => {
    const days = ["2025-12-31", "2026-01-01", "2026-01-02", "2026-01-07", "2026-01-09"];
    expect(describeDays(days)).toBe("2025-12-31 to 2026-01-02, 2026-01-07, 2026-01-09");
    expect(describeDays([])).toBe("");
  });
});
