import { constants } from "node:fs";
import { appendFile, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { RunnerError } from "../../errors.ts";
import { isDevice, makeOwnFolder } from "../../own-files.ts";
import type { ExecutionGraph } from "../../plan/execution-graph.ts";
import type { ActionResult, ActionStatus, RunResult } from "../../results/run-result.ts";
import { targetName } from "../../target.ts";
import {
  type AssertionReport,
  collectAssertions,
  errorOf,
  reasonOf,
  secondsOf,
} from "../assertion-report.ts";
import { formatError, type ReadSource } from "../console/format-error.ts";
import { assertionCounts, runHeadline } from "../console/run-summary.ts";
import { formatSample, reportedCell } from "../console/sample-table.ts";
import { cannotWrite } from "../files/write-file.ts";
import { counted, limitList, limitText } from "../limit-text.ts";
import { markdownBlock, markdownCode, markdownDetails, markdownTable } from "./markdown-text.ts";

/** What a summary holds besides the result. */
export interface MarkdownOptions {
  /** Gives the rules of assertions that did not run. */
  graph?: ExecutionGraph | undefined;
  readSource?: ReadSource | undefined;
  /** Whether offending rows are in the summary; true unless told. */
  samples?: boolean | undefined;
  /** UTF-8 bytes; 1,000,000 unless told. GitHub refuses a summary over 1 MiB as a whole. */
  maxBytes?: number | undefined;
}

const mostBytes = 1_000_000;
const mostRows = 500;
const omitted = "\n_The rest is left out: GitHub takes 1 MiB._\n";

/**
 * Takes a run result and returns a job summary: headline, assertions with samples of the failing
 * ones, failed and skipped actions, timings. Values are escaped; the text stays under `maxBytes`.
 */
export function formatMarkdownSummary(result: RunResult, options: MarkdownOptions = {}): string {
  const assertions = collectAssertions(result, options.graph);
  const failed = actionsWith(result, ["failed"]).filter(
    (action) => errorOf(action) || action.type !== "assertion",
  );
  const notRun = actionsWith(result, ["skipped", "cancelled"]);
  const counts = assertionCounts(result, options.graph);
  const blocks = [
    `## ${runHeadline(result)} in ${secondsOf(result).toFixed(1)} s`,
    ...(counts === undefined ? [] : [`Assertions: ${counts}`, assertionTable(assertions)]),
    ...(options.samples === false ? [] : assertions.flatMap(sampleBlock)),
    ...(failed.length === 0 ? [] : ["### Failed actions"]),
    ...failed.map((action) => errorBlock(action, options.readSource)),
    ...(notRun.length === 0 ? [] : ["### Actions that did not run", notRunTable(notRun)]),
    ...(result.actions.length === 0 ? [] : [timingBlock(result.actions)]),
  ];
  return withinBytes(blocks, options.maxBytes ?? mostBytes);
}

/** Takes a plan as the terminal shows it and returns it as a summary under `maxBytes`. */
export function markdownPlan(text: string, maxBytes = mostBytes): string {
  const cut = limitText(text.trimEnd(), Math.floor(maxBytes / 4));
  return withinBytes(["## Plan", markdownBlock(cut.split("\n"))], maxBytes);
}

/**
 * Takes the file of `$GITHUB_STEP_SUMMARY` and a summary and appends it. When earlier text leaves
 * too little room, only the headline is appended, or nothing. Throws a RunnerError when the file
 * cannot be written, or is a link.
 */
export async function appendMarkdownSummary(
  path: string,
  summary: string,
  projectDir: string,
): Promise<void> {
  try {
    makeOwnFolder(dirname(path), projectDir);
    // Otherwise the project could choose by a link which file is written to.
    const noLink = isDevice(path) ? 0 : constants.O_NOFOLLOW;
    const flag = constants.O_APPEND | constants.O_CREAT | constants.O_WRONLY | noLink;
    const used = (await stat(path).catch(() => undefined))?.size ?? 0;
    const [headline = "", ...rest] = summary.trimEnd().split("\n\n");
    // What an earlier step wrote may end without a line break.
    const start = used === 0 ? headline : `\n${headline}`;
    await appendFile(path, withinBytes([start, rest.join("\n\n")], mostBytes - used), { flag });
  } catch (error) {
    throw error instanceof RunnerError ? error : cannotWrite(path, error);
  }
}

function actionsWith(result: RunResult, statuses: ActionStatus[]): ActionResult[] {
  return result.actions.filter(({ status }) => statuses.includes(status));
}

function assertionTable(assertions: AssertionReport[]): string {
  const failing = assertions.filter(({ status }) => status !== "successful");
  const passing = assertions.filter(({ status }) => status === "successful");
  const warning = passing.filter(({ verdict }) => verdict === "warning");
  const passed = passing.filter(({ verdict }) => verdict !== "warning");
  const { shown, left } = limitList([...failing, ...warning, ...passed], mostRows);
  const rows = shown.map((report) => [
    statusWord(report),
    markdownCode(report.rule),
    markdownCode(report.table),
    rowsWord(report),
  ]);
  const table = markdownTable(["status", "rule", "table", "failing rows"], rows);
  return left > 0 ? `${table}\n\n${left} more assertions.` : table;
}

function rowsWord({ failingRows, allowed }: AssertionReport): string {
  return `${failingRows ?? ""}${allowed ? ` (allowed: ${allowed})` : ""}`;
}

function statusWord({ status, verdict }: AssertionReport): string {
  if (verdict === "warning") return "**warning**";
  return status === "successful" ? "passed" : `**${status}**`;
}

function sampleBlock(report: AssertionReport): string[] {
  const sample = formatSample(report.sample, { widestCell: reportedCell });
  const isFound = report.status === "failed" || report.verdict === "warning";
  if (!isFound || sample.length === 0) return [];
  const rows = counted(report.failingRows ?? 0, "failing row");
  const title = `${markdownCode(report.rule)} on ${markdownCode(report.table)}: ${rows}`;
  const file = markdownCode(report.action.fileName);
  return [markdownDetails(title, `${file}\n\n${markdownBlock(sample)}`)];
}

function errorBlock(action: ActionResult, readSource: ReadSource | undefined): string {
  const error = errorOf(action);
  const lines = error ? formatError(error, action, { readSource }) : [reasonOf(action)];
  const title = `${action.type} ${markdownCode(targetName(action.target))}`;
  return markdownDetails(title, markdownBlock(lines));
}

function notRunTable(actions: ActionResult[]): string {
  const { shown, left } = limitList(actions, mostRows);
  const rows = shown.map((action) => [
    markdownCode(targetName(action.target)),
    action.type,
    action.status,
    markdownCode(reasonOf(action)),
  ]);
  const table = markdownTable(["action", "type", "status", "reason"], rows);
  return left > 0 ? `${table}\n\n${left} more actions.` : table;
}

function timingBlock(actions: ActionResult[]): string {
  const slowest = [...actions].sort((a, b) => secondsOf(b) - secondsOf(a));
  const { shown, left } = limitList(slowest, mostRows);
  const rows = shown.map((action) => [
    markdownCode(targetName(action.target)),
    action.type,
    action.status,
    secondsOf(action).toFixed(2),
  ]);
  const table = markdownTable(["action", "type", "status", "seconds"], rows);
  return markdownDetails("Timings", left > 0 ? `${table}\n\n${left} more actions.` : table);
}

/** Joins blocks as long as they fit, with the note about the rest. */
function withinBytes(blocks: readonly string[], maxBytes: number): string {
  let text = "";
  let bytes = 0;
  for (const [index, block] of blocks.entries()) {
    const next = `${block}\n\n`;
    const isLast = index === blocks.length - 1;
    const reserve = isLast ? 0 : Buffer.byteLength(omitted);
    if (bytes + Buffer.byteLength(next) + reserve > maxBytes) {
      return bytes + Buffer.byteLength(omitted) <= maxBytes ? text + omitted : text;
    }
    text += next;
    bytes += Buffer.byteLength(next);
  }
  return text;
}
