import { describe, expect, it } from "vitest";
import { pairRows } from "../../../runner/unit-tests/pair-rows.ts";

const row = (side: "expected" | "actual", ...values: string[]) => ({ side, count: 1, values });

describe("pairRows", () => {
  it("puts behind an expected row the actual one with most values in common", () => {
    const far = row("actual", "1", "x", "10");
    const near = row("actual", "2", "y", "21");
    const first = row("expected", "2", "y", "20");
    expect(pairRows([far, near, first])).toEqual([first, near, far]);
  });

  it("takes no actual row twice, and none that has nothing in common", () => {
    const first = row("expected", "1", "x");
    const second = row("expected", "1", "y");
    const other = row("expected", "7", "q");
    const actual = row("actual", "1", "z");
    expect(pairRows([first, second, other, actual])).toEqual([first, actual, second, other]);
  });
});
