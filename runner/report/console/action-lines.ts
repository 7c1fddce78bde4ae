import type { ExecutionGraph } from "../../plan/execution-graph.ts";
import { rowsOf } from "../../results/rows-of.ts";
import type { ActionResult, ActionStatus } from "../../results/run-result.ts";
import {
  clipToWidth,
  displayWidth,
  padToWidth,
  visibleText,
  wrapToWidth,
} from "../../text/terminal-text.ts";
import { type Labels, labelOf, labelsOf, reasonIn } from "../action-labels.ts";
import { collectAssertions, errorOf, isWarning, secondsOf } from "../assertion-report.ts";
import { counted, limitText } from "../limit-text.ts";
import type { Colors } from "./colors.ts";
import { type FormatErrorOptions, formatError, type ReadSource } from "./format-error.ts";
import { findRuleLine } from "./rule-line.ts";
import { formatSample } from "./sample-table.ts";

/** How action results are laid out. */
export interface ActionLineOptions {
  colors: Colors;
  /** Columns of the terminal; without it lines are laid out for 80, and nothing is cut. */
  width: number | undefined;
  /** The run's actions: how wide names are, and the rules of assertions. */
  graph?: ExecutionGraph | undefined;
  readSource?: ReadSource | undefined;
  showPath?: FormatErrorOptions["showPath"];
  samples?: boolean | undefined;
}

/**
 * Takes one result and its place in the run; returns its line and, when it failed, its errors, unless
 * `isWhole` is false.
 */
export type ActionFormatter = (
  result: ActionResult,
  finished: number,
  total: number,
  isWhole?: boolean,
) => string[];

const indent = "    ";
const usualWidth = 80;
const narrowestName = 16;
const gap = "  ";

/** Takes a layout and returns the function that turns action results into lines. */
export function createActionFormatter(options: ActionLineOptions): ActionFormatter {
  const labels = labelsOf(options.graph);
  const nameWidth = Math.max(0, ...[...labels.values()].map(displayWidth));
  return (result, finished, total, isWhole = true) => [
    ...actionLine(result, `[${String(finished).padStart(String(total).length)}/${total}]`, {
      ...options,
      nameWidth,
      labels,
    }),
    ...(isWhole ? findings(result, options) : []).flatMap((line) =>
      fitted(`${indent}${line}`.trimEnd(), options),
    ),
  ];
}

/** Takes a line and returns it as lines that fit the terminal; as it is where there is none. */
export function fitted(line: string, { width }: { width?: number | undefined }): string[] {
  return width === undefined ? [line] : wrapToWidth(line, width);
}

interface LineLayout extends ActionLineOptions {
  nameWidth: number;
  labels: Labels;
}

/** The line shows the kind of action when the longest name leaves room for it. */
function actionLine(result: ActionResult, count: string, layout: LineLayout): string[] {
  const { colors, nameWidth, labels, width } = layout;
  const label = labelOf(labels, result.target);
  const lineWidth = width ?? usualWidth;
  const start = [count, " ".repeat(statusWidth), ""].join(gap).length;
  const told = outcome(result, layout);
  const isNarrow = lineWidth - start - told.end.length < narrowestName;
  const end = isNarrow ? "" : told.end;
  const more = isNarrow ? [told.end.trim(), ...told.more].filter(Boolean) : told.more;
  const type = result.type.padEnd("incremental".length);
  const rest = start + (end === "" ? 0 : gap.length + end.length);
  const hasType = rest + nameWidth + gap.length + type.length <= lineWidth;
  const room = Math.max(8, lineWidth - rest - (hasType ? type.length + gap.length : 0));
  const name = width === undefined ? label : clipToWidth(label, room);
  const padded = end === "" ? name : padToWidth(name, Math.min(nameWidth, room));
  const columns = [count, statusText(result, colors), ...(hasType ? [type] : []), padded, end];
  const line = columns.join(gap).trimEnd();
  const whole = [line, ...more].join(gap);
  if (displayWidth(whole) - colorWidth(result, colors) <= lineWidth) return [whole];
  return [line, ...more.flatMap((each) => fitted(indent + each, layout))];
}

/** The end of an action's line, and the lines below it. */
function outcome(result: ActionResult, { labels }: LineLayout): { end: string; more: string[] } {
  switch (result.status) {
    case "successful":
    case "failed": {
      const { unchangedSince } = result;
      if (unchangedSince) return { end: `since ${unchangedSince}`, more: [] };
      const { text, allowed } = amount(result);
      const end = [text.padStart(amountWidth), duration(result).padStart(durationWidth)].join(gap);
      return { end, more: [...allowed, ...retries(result)] };
    }
    case "disabled":
      return { end: "", more: [] };
    case "skipped":
    case "cancelled":
      return { end: "", more: [visibleText(limitText(reasonIn(labels, result), 200))] };
  }
}

const amountWidth = "10000 rows".length;
const durationWidth = "12.34 s".length;

function duration(result: ActionResult): string {
  if (result.reused) return "";
  const seconds = secondsOf(result);
  return `${seconds < 100 ? seconds.toFixed(2) : Math.round(seconds)} s`;
}

function retries({ retries: count = 0, reused }: ActionResult): string[] {
  if (count === 0 || reused) return [];
  return [`after ${count === 1 ? "1 retry" : `${count} retries`}`];
}

function amount(result: ActionResult): { text: string; allowed: string[] } {
  const assertion = result.tasks.find((task) => task.assertion)?.assertion;
  if (!assertion) {
    const rows = rowsOf(result);
    return { text: rows === undefined ? "" : counted(rows, "row"), allowed: [] };
  }
  const { failingRows, allowed } = assertion;
  return {
    text: counted(failingRows, "failing row"),
    allowed: allowed === undefined ? [] : [`allowed: ${allowed}`],
  };
}

function findings(result: ActionResult, options: ActionLineOptions): string[] {
  if (result.status !== "failed" && !isWarning(result)) return [];
  const error = errorOf(result);
  const maxWidth = options.width === undefined ? undefined : options.width - indent.length;
  if (error) return formatError(error, result, { ...options, maxWidth });
  const [report] = collectAssertions({ actions: [result] }, options.graph);
  if (!report) return reasonLines(result);
  const line = findRuleLine(options.readSource?.(result.fileName), report.rule);
  const path = options.showPath?.(result.fileName) ?? result.fileName;
  const sample =
    options.samples === false ? [] : formatSample(report.sample, { maxWidth, rule: report.rule });
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

function oneLine(text: string): string {
  return visibleText(limitText(text, 500)).replace(/\s+/g, " ");
}

function colorWidth(result: ActionResult, colors: Colors): number {
  return statusText(result, colors).length - statusWidth;
}

const statusWidth = "successful".length;

function statusText(result: ActionResult, colors: Colors): string {
  const width = statusWidth;
  if (isWarning(result)) return colors.yellow("warning".padEnd(width));
  const { reused, unchangedSince } = result;
  const word = unchangedSince ? "unchanged" : reused ? "reused" : result.status;
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
