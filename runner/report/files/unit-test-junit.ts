import type { UnitTestResult, UnitTestRun } from "../../results/unit-test-result.ts";
import { targetName } from "../../target.ts";
import type { ReadSource } from "../console/format-error.ts";
import { unitTestFindings } from "../console/unit-test-lines.ts";
import { limitText } from "../limit-text.ts";
import { xmlElement, xmlText } from "./xml.ts";

const longestText = 20_000;

/** Takes a run of unit tests and returns JUnit XML: a test suite per tested dataset. */
export function formatUnitTestJunit(
  { tests, timing }: UnitTestRun,
  { readSource }: { readSource?: ReadSource } = {},
): string {
  const suites = new Map<string, UnitTestResult[]>();
  for (const test of tests) {
    const suite = targetName(test.dataset);
    suites.set(suite, [...(suites.get(suite) ?? []), test]);
  }
  const root = xmlElement(
    "testsuites",
    { name: "dataform test", ...numbersOf(tests), time: seconds(timing) },
    `\n${[...suites].map(([name, list]) => suiteXml(name, list, readSource)).join("")}`,
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\n${root}\n`;
}

function numbersOf(tests: readonly UnitTestResult[]) {
  const errors = tests.filter(isError).length;
  const failures = tests.filter(({ status }) => status === "failed").length - errors;
  return { tests: tests.length, failures, errors };
}

/** In JUnit's words a failure is a wrong result, an error is none at all. */
function isError({ error, problems }: UnitTestResult): boolean {
  return error !== undefined || problems !== undefined;
}

function suiteXml(name: string, tests: UnitTestResult[], readSource?: ReadSource): string {
  const skipped = tests.filter((test) => isSkipped(test)).length;
  const millis = tests.map(({ timing }) => timing.endTimeMillis - timing.startTimeMillis);
  const time = (millis.reduce((sum, each) => sum + each, 0) / 1000).toFixed(3);
  const cases = tests.map((test) => caseXml(name, test, readSource)).join("");
  return `${xmlElement("testsuite", { name, ...numbersOf(tests), skipped, time }, `\n${cases}`)}\n`;
}

function caseXml(suite: string, test: UnitTestResult, readSource?: ReadSource): string {
  const { name, fileName: file, status, timing } = test;
  const attributes = { classname: suite, name, file, time: seconds(timing) };
  if (status === "passed") return `${xmlElement("testcase", attributes)}\n`;
  if (isSkipped(test)) {
    const skipped = xmlElement("skipped", { message: status });
    return `${xmlElement("testcase", attributes, skipped)}\n`;
  }
  const findings = unitTestFindings(test, { readSource });
  const message = test.error?.message ?? findings[1] ?? status;
  const text = xmlText(limitText(findings.join("\n"), longestText));
  const verdict = xmlElement(isError(test) ? "error" : "failure", { message }, text);
  return `${xmlElement("testcase", attributes, verdict)}\n`;
}

function isSkipped({ status }: UnitTestResult): boolean {
  return status === "disabled" || status === "cancelled";
}

function seconds({ startTimeMillis, endTimeMillis }: UnitTestRun["timing"]): string {
  return ((endTimeMillis - startTimeMillis) / 1000).toFixed(3);
}
