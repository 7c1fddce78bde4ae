import type { UnitTestResult, UnitTestRun } from "../../results/unit-test-result.ts";
import { targetName } from "../../target.ts";
import { visibleText } from "../../text/terminal-text.ts";
import type { Colors } from "./colors.ts";
import { formatDifference } from "./format-difference.ts";
import { type FormatErrorOptions, formatError } from "./format-error.ts";

/** How unit tests are laid out. */
export interface UnitTestLineOptions extends FormatErrorOptions {
  colors: Colors;
}

const indent = "    ";

/** Takes one result and returns its line and, when it failed, its findings. */
export function unitTestLines(result: UnitTestResult, options: UnitTestLineOptions): string[] {
  const { name, dataset, status, timing } = result;
  const seconds = ((timing.endTimeMillis - timing.startTimeMillis) / 1000).toFixed(2);
  const color = statusColor(options.colors, status);
  const head = [
    color(status.padEnd("cancelled".length)),
    visibleText(name),
    options.colors.dim(visibleText(`tests ${targetName(dataset)}`)),
    ...(status === "passed" || status === "failed" ? [`${seconds} s`] : []),
  ].join("  ");
  return [head, ...unitTestFindings(result, options).map((line) => `${indent}${line}`.trimEnd())];
}

/** Takes a result and returns the findings of a failed one as lines; none for any other. */
export function unitTestFindings(
  result: UnitTestResult,
  { maxWidth, ...options }: FormatErrorOptions = {},
): string[] {
  const width = maxWidth === undefined ? undefined : maxWidth - indent.length;
  const { problems, error, difference, fileName } = result;
  if (error) {
    return [`in ${error.part}:`, ...formatError(error, error, { ...options, maxWidth: width })];
  }
  const place = visibleText(options.showPath?.(fileName) ?? fileName);
  if (problems) return [place, ...problems.map(visibleText)];
  return difference ? [place, ...formatDifference(difference, { maxWidth: width })] : [];
}

/** Takes a run and returns its last line: how many tests ended how. */
export function unitTestSummary({ tests, timing }: UnitTestRun, colors: Colors): string {
  const counts = (["passed", "failed", "disabled", "cancelled"] as const).flatMap((status) => {
    const count = tests.filter((test) => test.status === status).length;
    return count > 0 ? [statusColor(colors, status)(`${count} ${status}`)] : [];
  });
  const seconds = ((timing.endTimeMillis - timing.startTimeMillis) / 1000).toFixed(2);
  return `${counts.join(", ")}  ${seconds} s`;
}

function statusColor(colors: Colors, status: UnitTestResult["status"]): (text: string) => string {
  switch (status) {
    case "passed":
      return colors.green;
    case "failed":
      return colors.red;
    case "cancelled":
      return colors.yellow;
    case "disabled":
      return colors.dim;
  }
}
