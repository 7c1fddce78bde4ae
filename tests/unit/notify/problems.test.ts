import { expect, it } from "vitest";
import { problemOfTests, runKey } from "../../../runner/notify/problems.ts";
import type { UnitTestResult, UnitTestStatus } from "../../../runner/results/unit-test-result.ts";

const timing = { startTimeMillis: 0, endTimeMillis: 1 };

function ended(name: string, status: UnitTestStatus): UnitTestResult {
  const dataset = { schema: "shop", name: "orders" };
  return { name, dataset, fileName: `unit_tests/${name}.sqlx`, tags: [], status, timing };
}

it("names the unit tests that keep a run from starting, and ends with the next run", () => {
  const tests = [ended("sums", "failed"), ended("days", "passed"), ended("names", "failed")];
  const { problems, checked } = problemOfTests({ status: "failed", timing, tests });
  expect(problems).toMatchObject([
    {
      ...{ key: runKey, kind: "failure", title: "the run could not start" },
      ...{ finding: "2 unit tests failed: sums, names", look: "npx dataform test" },
    },
  ]);
  expect([...checked]).toEqual([runKey]);
});

it("tells that the time was over in the unit tests", () => {
  const tests = [ended("sums", "cancelled")];
  const { problems } = problemOfTests({ status: "timed_out", timing, tests });
  expect(problems).toMatchObject([{ key: runKey, title: "the run ran out of time" }]);
});
