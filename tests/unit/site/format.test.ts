import { describe, expect, it } from "vitest";
import { count, day } from "../../../runner/pages/format.ts";
import {
  budget,
  interval,
  minutes,
  percent,
  shortHash,
  signedMinutes,
  times,
} from "../../../site/html/format.ts";

describe("the numbers of the report", () => {
  it("cut percentages, so that what is not all is never shown as all", () => {
    expect(["99.99960", "99.95", "85.44153", "0.3", "100.00000", "0"].map(percent)).toEqual([
      "99.9",
      "99.9",
      "85.4",
      "0.3",
      "100.0",
      "0.0",
    ]);
    expect(interval("84.49", "86.39")).toBe("84.4–86.3");
  });

  it("round recoveries up, so that what is late is never shown as on time", () => {
    expect(minutes("1800.001")).toBe("30.1");
    expect(minutes("1800")).toBe("30.0");
    expect(minutes("348")).toBe("5.8");
    expect(minutes("0")).toBe("< 0.1");
    expect(minutes("Infinity")).toBe("∞");
    expect(minutes("5871.489")).toBe("97.9");
  });

  it("round margins towards the worse", () => {
    expect(["3.05", "-0.01", "0", "24.18333"].map(signedMinutes)).toEqual([
      "+3.0",
      "−0.1",
      "+0.0",
      "+24.1",
    ]);
  });

  it("say a budget as a multiple when it is far beyond it", () => {
    expect(budget("89253.46291")).toEqual({ figure: "893", unit: "× the budget" });
    expect(budget("12.3")).toEqual({ figure: "12.3", unit: "%" });
    expect(budget(null).figure).toBe("–");
  });

  it("show what is a little beyond an objective or a budget as beyond it", () => {
    expect([1, 1.001, 2.05, 100 / 3].map(times)).toEqual(["1.0", "1.1", "2.1", "33.4"]);
    expect(budget("100").figure).toBe("100.0");
    expect(budget("100.04").figure).toBe("100.1");
  });

  it("show what is not there as a dash, never as 0", () => {
    for (const show of [count, percent, minutes, signedMinutes, day, shortHash]) {
      expect(show(null)).toBe("–");
    }
    expect(interval(null, null)).toBe("–");
  });

  it("keep days, counts and ratios readable", () => {
    expect(day("2026-11-27 17:08:17+00")).toBe("27 Nov 2026");
    expect(day("2026-11-07", false)).toBe("7 Nov");
    expect(count("16524")).toBe("16,524");
    expect(times(Number.POSITIVE_INFINITY)).toBe("∞");
  });
});
