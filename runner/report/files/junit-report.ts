import type { ExecutionGraph } from "../../plan/execution-graph.ts";
import type { ActionResult, RunResult } from "../../results/run-result.ts";
import { targetName } from "../../target.ts";
import {
  type AssertionReport,
  collectAssertions,
  errorOf,
  findingOf,
  reasonOf,
  secondsOf,
} from "../assertion-report.ts";
import { formatError, placedError, type ReadSource } from "../console/format-error.ts";
import { formatSample, reportedCell } from "../console/sample-table.ts";
import { limitText } from "../limit-text.ts";
import { xmlElement, xmlText } from "./xml.ts";

/** What a JUnit report holds besides the result. */
export interface JunitOptions {
  /** Gives the rules of assertions that did not run. */
  graph?: ExecutionGraph | undefined;
  readSource?: ReadSource | undefined;
  /** Whether offending rows are in the report; true unless told. */
  samples?: boolean | undefined;
}

type Verdict = "passed" | "failure" | "error" | "skipped";

interface TestCase {
  suite: string;
  name: string;
  verdict: Verdict;
  message: string;
  text: string;
  /** How it passed with failing rows. */
  verdictInWords?: string;
  action: ActionResult;
  /** Where its error is, when it can be told. */
  place?: Record<string, number>;
}

const longestMessage = 1000;
const longestText = 20_000;

/**
 * Takes a run result and returns JUnit XML: a test suite per checked table, a test case per
 * assertion. Actions that failed or did not run join the suite of their own table.
 */
export function formatJunit(result: RunResult, options: JunitOptions = {}): string {
  const cases = [
    ...collectAssertions(result, options.graph).map((report) => assertionCase(report, options)),
    ...result.actions.flatMap((action) => actionCase(action, options)),
  ];
  const suites = new Map<string, TestCase[]>();
  for (const one of cases) {
    const suite = suites.get(one.suite);
    if (suite) suite.push(one);
    else suites.set(one.suite, [one]);
  }
  const started = new Date(result.timing.startTimeMillis).toISOString().slice(0, 19);
  const root = xmlElement(
    "testsuites",
    { name: "dataform", ...numbersOf(cases), time: secondsOf(result).toFixed(3) },
    `\n${[...suites].map(([name, list]) => suiteXml(name, list, started)).join("")}`,
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\n${root}\n`;
}

function assertionCase(report: AssertionReport, options: JunitOptions): TestCase {
  const { action } = report;
  const sample =
    options.samples === false ? [] : formatSample(report.sample, { widestCell: reportedCell });
  const failed = report.error ? "error" : "failure";
  return {
    suite: report.checksOneTable ? report.table : "assertions on several tables",
    name: report.rule,
    verdict: verdictOf(action, failed),
    message: action.status === "skipped" ? reasonOf(action) : findingOf(report),
    text: report.error ? errorText(action, options) : sample.join("\n"),
    ...(report.verdict && { verdictInWords: `${report.verdict}: ${findingOf(report)}` }),
    ...placeIn(action, options),
    action,
  };
}

function actionCase(action: ActionResult, options: JunitOptions): TestCase[] {
  const verdict = verdictOf(action, "error");
  if (action.type === "assertion" || verdict === "passed") return [];
  const error = errorOf(action);
  return [
    {
      suite: targetName(action.target),
      name: `${action.type} ${targetName(action.target)}`,
      verdict,
      message: error?.message ?? reasonOf(action),
      text: errorText(action, options),
      ...placeIn(action, options),
      action,
    },
  ];
}

function verdictOf(action: ActionResult, failed: Verdict): Verdict {
  switch (action.status) {
    case "successful":
      return "passed";
    case "failed":
      return failed;
    case "skipped":
    case "disabled":
    case "cancelled":
      return "skipped";
  }
}

function placeIn(action: ActionResult, { readSource }: JunitOptions): Pick<TestCase, "place"> {
  const error = errorOf(action);
  if (!error) return {};
  const { line, column } = placedError(error, action.fileName, readSource);
  return {
    place: { ...(line !== undefined && { line }), ...(column !== undefined && { column }) },
  };
}

function errorText(action: ActionResult, options: JunitOptions): string {
  const error = errorOf(action);
  return error ? formatError(error, action, { readSource: options.readSource }).join("\n") : "";
}

function numbersOf(cases: TestCase[]): { tests: number; failures: number; errors: number } {
  const count = (verdict: Verdict) => cases.filter((one) => one.verdict === verdict).length;
  return { tests: cases.length, failures: count("failure"), errors: count("error") };
}

function suiteXml(name: string, cases: TestCase[], timestamp: string): string {
  const skipped = cases.filter(({ verdict }) => verdict === "skipped").length;
  const time = cases.reduce((sum, { action }) => sum + secondsOf(action), 0).toFixed(3);
  const attributes = { name, ...numbersOf(cases), skipped, time, timestamp };
  return `${xmlElement("testsuite", attributes, `\n${cases.map(caseXml).join("")}`)}\n`;
}

function caseXml(one: TestCase): string {
  const attributes = {
    classname: one.suite,
    name: one.name,
    file: one.action.fileName,
    ...one.place,
    time: secondsOf(one.action).toFixed(3),
  };
  if (one.verdict === "passed") return passedXml(one, attributes);
  const message = limitText(one.message, longestMessage);
  const type = one.verdict === "skipped" ? one.action.status : one.verdict;
  const text = xmlText(limitText(one.text, longestText));
  const verdict = xmlElement(one.verdict, { type, message }, text);
  return `${xmlElement("testcase", attributes, verdict)}\n`;
}

// JUnit has no warnings: the case passes and its output has the finding.
function passedXml(one: TestCase, attributes: Record<string, string>): string {
  if (!one.verdictInWords) return `${xmlElement("testcase", attributes)}\n`;
  const output = xmlText(limitText([one.verdictInWords, one.text].join("\n").trim(), longestText));
  return `${xmlElement("testcase", attributes, xmlElement("system-out", {}, output))}\n`;
}
