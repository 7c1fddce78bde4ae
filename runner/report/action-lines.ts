import type { ActionResult, ActionStatus, TaskResult } from "../execute/run-result.ts";
import type { ExecutionGraph } from "../plan/execution-graph.ts";
import { targetKey, targetName } from "../target.ts";
import { clipToWidth, displayWidth, padToWidth, visibleText } from "../terminal-text.ts";
import {
  amountOf,
  collectAssertions,
  errorOf,
  isWarning,
  reasonOf,
  secondsOf,
} from "./assertion-report.ts";
import type { Colors } from "./colors.ts";
import { type FormatErrorOptions, formatError, type ReadSource } from "./format-error.ts";
import { counted, limitText } from "./limit-text.ts";
import { findRuleLine } from "./rule-line.ts";
import { formatSample } from "./sample-table.ts";

/** How action results are laid out. */
export interface ActionLineOptions {
  colors: Colors;
  width: number;
  /** The run's actions: how wide names are, and the rules of assertions. */
  graph?: ExecutionGraph | undefined;
  readSource?: ReadSource | undefined;
  showPath?: FormatErrorOptions["showPath"];
  samples?: boolean | undefined;
}

/** Takes one result with its place in the run; returns its line and, when it failed, what is wrong. */
export type ActionFormatter = (result: ActionResult, finished: number, total: number) => string[];

const indent = "    ";
const widestName = 60;

/** Takes a layout and returns the function that turns action results into lines. */
export function createActionFormatter(options: ActionLineOptions): ActionFormatter {
  const labels = labelsOf(options.graph);
  const widths = [...labels.values()].map(displayWidth);
  const nameWidth = Math.min(Math.max(0, ...widths), widestName);
  return (result, finished, total) => [
    actionLine(result, `[${String(finished).padStart(String(total).length)}/${total}]`, {
      ...options,
      nameWidth,
      label: labels.get(targetKey(result.target)) ?? visibleText(targetName(result.target)),
    }),
    ...findings(result, options).map((line) => `${indent}${line}`.trimEnd()),
  ];
}

function actionLine(
  result: ActionResult,
  count: string,
  { colors, nameWidth, label }: { colors: Colors; nameWidth: number; label: string },
): string {
  const columns = [
    count,
    statusText(result, colors),
    result.type.padEnd("incremental".length),
    padToWidth(clipToWidth(label, widestName), nameWidth),
  ];
  return [...columns, ...outcome(result)].join("  ").trimEnd();
}

function outcome(result: ActionResult): string[] {
  switch (result.status) {
    case "successful":
    case "failed":
      return [amount(result).padStart(16), duration(result).padStart(8), ...retries(result)];
    case "disabled":
      return [];
    case "skipped":
    case "cancelled":
      return [visibleText(limitText(reasonOf(result), 200))];
  }
}

function duration(result: ActionResult): string {
  return result.reused ? "" : `${secondsOf(result).toFixed(2)} s`;
}

function retries({ retries: count = 0, reused }: ActionResult): string[] {
  if (count === 0 || reused) return [];
  return [`after ${count === 1 ? "1 retry" : `${count} retries`}`];
}

function amount(result: ActionResult): string {
  const assertion = result.tasks.find((task) => task.assertion)?.assertion;
  if (assertion) return amountOf(assertion);
  const rows = rowsOf(result.tasks);
  return rows === undefined ? "" : counted(rows, "row");
}

/** Rows of the publishing task; where nothing is published, of all statements together. */
function rowsOf(tasks: TaskResult[]): number | undefined {
  const publishing = tasks.filter(({ type }) => type === "publish");
  const counts = (publishing.length > 0 ? publishing : tasks).flatMap(({ rowCount }) =>
    rowCount === undefined ? [] : [rowCount],
  );
  return counts.length === 0 ? undefined : counts.reduce((sum, count) => sum + count, 0);
}

function findings(result: ActionResult, options: ActionLineOptions): string[] {
  if (result.status !== "failed" && !isWarning(result)) return [];
  const error = errorOf(result);
  const maxWidth = options.width - indent.length;
  if (error) return formatError(error, result, { ...options, maxWidth });
  const [report] = collectAssertions({ actions: [result] }, options.graph);
  if (!report) return reasonLines(result);
  const line = findRuleLine(options.readSource?.(result.fileName), report.rule);
  const path = options.showPath?.(result.fileName) ?? result.fileName;
  const sample = options.samples === false ? [] : formatSample(report.sample, { maxWidth });
  return [
    `${visibleText(path)}:${line}`,
    `rule: ${oneLine(report.rule)}`,
    ...(report.checksOneTable ? [`table: ${visibleText(report.table)}`] : []),
    `found: ${shownOf(report.failingRows ?? 0, sample.length === 0 ? 0 : report.sample.length)}`,
    ...sample,
  ];
}

function reasonLines({ reason, fileName }: ActionResult): string[] {
  return reason === undefined ? [visibleText(fileName)] : [visibleText(fileName), oneLine(reason)];
}

function shownOf(failingRows: number, shown: number): string {
  const rows = counted(failingRows, "failing row");
  return shown > 0 && shown < failingRows ? `${rows}, ${shown} shown` : rows;
}

/** Takes a graph and returns what to call each action: a built-in assertion by its table and rule. */
export function labelsOf(graph: ExecutionGraph | undefined): Map<string, string> {
  return new Map(
    (graph?.actions ?? []).map(({ target, tasks }) => {
      const assertion = tasks.find((task) => task.type === "assertion");
      const label = assertion?.checks
        ? `${targetName(assertion.checks)}: ${assertion.rule}`
        : targetName(target);
      return [targetKey(target), oneLine(label)];
    }),
  );
}

function oneLine(text: string): string {
  return visibleText(limitText(text, 500)).replace(/\s+/g, " ");
}

function statusText(result: ActionResult, colors: Colors): string {
  const width = "successful".length;
  if (isWarning(result)) return colors.yellow("warning".padEnd(width));
  const word = result.reused ? "reused" : result.status;
  return statusColor(colors, result.status)(word.padEnd(width));
}

function statusColor(colors: Colors, status: ActionStatus): (text: string) => string {
  switch (status) {
    case "successful":
      return colors.green;
    case "failed":
      return colors.red;
    case "skipped":
    case "cancelled":
      return colors.yellow;
    case "disabled":
      return colors.dim;
  }
}
