import type { UnitTestResult, UnitTestRun } from "../../results/unit-test-result.ts";
import { placedError, type ReadSource } from "../console/format-error.ts";
import { unitTestFindings } from "../console/unit-test-lines.ts";

/**
 * Takes a run of unit tests and returns it as JSON. Each test also has what Dataform's own
 * `test --json` gives (`name`, `successful`, `messages`), and each error its place in a file.
 */
export function formatUnitTestJson(run: UnitTestRun, readSource: ReadSource): string {
  const tests = run.tests.map((test) => ({
    ...test,
    ...placed(test, readSource),
    successful: test.status === "passed",
    messages: unitTestFindings(test, { readSource }),
  }));
  return `${JSON.stringify({ ...run, tests }, null, 2)}\n`;
}

function placed({ error }: UnitTestResult, readSource: ReadSource) {
  return error && { error: placedError(error, error.fileName, readSource) };
}
