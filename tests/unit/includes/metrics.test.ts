import { expect, it } from "vitest";
import metrics from "../../../includes/metrics.js";

it("divides once by minutes and count, and by nothing when there is nothing to count", () => {
  expect(metrics.meanMinutes("total_ms", "tests")).toBe(
    "round(total_ms / (60000.0 * nullif(tests, 0)), 5)",
  );
});

it("compares milliseconds with minutes as bigint, so that long objectives do not overflow", () => {
  expect(metrics.isRtoBreach("duration_ms", "rto_minutes")).toBe(
    "duration_ms > rto_minutes * 60000::bigint",
  );
});
