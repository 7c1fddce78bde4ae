import { expect, it } from "vitest";
import { durationBars } from "../../../runner/docs-site/pages/run-marks.ts";
import { textOf } from "../../../runner/pages/html.ts";

it.each([
  ["successful", "run-good"],
  ["failed", "run-bad"],
  ["timed_out", "run-bad"],
  ["interrupted", "run-unknown"],
  ["cancelled", "run-unknown"],
  ["skipped", "run-unknown"],
])("the bar of a run that is %s is %s", (status, kind) => {
  const runs = [{ seconds: 3, status, startedAt: "2026-01-31T12:00:00Z" }];
  expect(textOf(durationBars(runs, "Runs"))).toContain(`<rect class="${kind}"`);
});
