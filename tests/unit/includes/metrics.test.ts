import { expect, it } from "vitest";
import metrics from "../../../includes/metrics.js";

it("divides once by minutes and count, and by nothing when there is nothing to count", () => {
  expect(metrics.meanMinutes("total_seconds", "tests")).toBe(
    "round(total_seconds / (60.0 * nullif(tests, 0)), 5)",
  );
});

it("gives a part of nothing as null", () => {
  expect(metrics.percent("passed", "tests")).toBe("round(100.0 * passed / nullif(tests, 0), 5)");
});

it("gives a percentile only from the number of tests that it takes", () => {
  expect(metrics.percentile("percentiles", 2, "tests", 20)).toBe(
    "case when tests >= 20 then trim_scale((percentiles)[2]) end",
  );
});
