import { count, counted, day, nothing } from "../runner/pages/format.ts";
import type { PageFile } from "../runner/pages/long-table.ts";
import { markdownCode } from "../runner/report/github/markdown-text.ts";
import { formatCsv } from "../runner/report/rows/csv.ts";
import { formatJson } from "../runner/report/rows/json-rows.ts";
import { minutes, percent } from "./html/format.ts";
import { inWindow } from "./read/read-report.ts";
import { type Dataset, number, type Row } from "./read/rows.ts";
import { type Report, staleness } from "./report.ts";

/** The rows of a query as CSV for a spreadsheet: texts that it would run as formulas are disarmed. */
export function csvOf({ result }: Dataset): string {
  return formatCsv(result.columns, result.rows, { guardFormulas: true });
}

/** A CSV file for each query of the report. */
export function csvFiles(report: Report): PageFile[] {
  return datasetsOf(report).map(([name, dataset]) => ({
    path: `data/${name}.csv`,
    text: csvOf(dataset),
  }));
}

/** All rows of the report as one JSON object; numbers keep every digit. */
export function jsonFile(report: Report): PageFile {
  const about = {
    asOf: report.asOf ?? null,
    today: report.facts.today,
    days: report.days,
    timeZone: report.facts.timeZone,
    syntheticTests: report.synthetic,
    totalTests: report.total,
    missing: report.missing,
  };
  const parts = datasetsOf(report).map(
    ([name, { result }]) =>
      `${JSON.stringify(name)}:${formatJson(result.columns, result.rows).trimEnd()}`,
  );
  return {
    path: "data/report.json",
    text: `{"about":${JSON.stringify(about)},\n${parts.join(",\n")}}\n`,
  };
}

function datasetsOf(report: Report): [string, Dataset][] {
  return [["window_metrics", report.facts.windows], ...Object.entries(report.facts.data)];
}

/** The week and the window of the report in Markdown, for a job summary or a pull request. */
export function markdownFile(report: Report): PageFile {
  const week = report.facts.data.weekly_summary.rows;
  const lines = week.map(({ line, topic }) => weekLine(line ?? "", topic ?? ""));
  const rows = inWindow(report.facts.windows.rows, report.days).slice(0, mostApplications);
  const table = [
    `| application | objectives kept in ${report.days} days | met | breached | never recovered | median recovery |`,
    "|---|---|---|---|---|---|",
    ...rows.map(applicationLine),
  ];
  const failed =
    report.failedRun &&
    `**The newest run ended ${report.failedRun.status} on ${day(new Date(report.failedRun.endedAtMillis).toISOString())}; these are the last good numbers.**`;
  const stale = staleness(report);
  const old =
    stale && `**The newest test is ${counted(stale.age, "day")} old, of ${day(stale.last)}.**`;
  const only =
    report.onlyApplication &&
    `**The lines above are of all applications, the table is of ${plain(report.onlyApplication)} alone.**`;
  const text = [
    ...(lines.length > 0 ? lines : ["# Resiliency: nothing is built yet"]),
    ...(old ? ["", old] : []),
    ...(failed ? ["", failed] : []),
    ...(only ? ["", only] : []),
    ...(rows.length > 0 ? ["", ...table] : []),
    "",
    report.origin,
    "",
  ].join("\n");
  return { path: "weekly.md", text };
}

const mostApplications = 50;

/** A line of weekly_summary: its own marks stay, and what stands in it of the data is only text. */
function weekLine(line: string, topic: string): string {
  const [, mark = "", text = ""] = /^(# |- |)([\s\S]*)$/.exec(line) ?? [];
  const isStrong = topic === "synthetic" && text.startsWith("**") && text.endsWith("**");
  const inner = plain(isStrong ? text.slice(2, -2) : text);
  return isStrong ? `${mark}**${inner}**` : `${mark}${inner}`;
}

function applicationLine(row: Row): string {
  const judged = number(row.rto_met_tests) + number(row.rto_breached_tests);
  return `| ${[
    plain(row.app_name ?? nothing),
    judged > 0
      ? `${percent(row.kept_pct)} % (at least ${percent(row.kept_low)} %, n = ${count(judged)})`
      : "none judged",
    count(row.rto_met_tests),
    count(row.rto_breached_tests),
    count(row.unrecovered_tests),
    row.p50_recovery_seconds === null ? nothing : `${minutes(row.p50_recovery_seconds)} min`,
  ].join(" | ")} |`;
}

/** Any text as Markdown in which nothing is markup, a link or a mention. */
function plain(text: string): string {
  return markdownCode(text).replace(/^<code>|<\/code>$/g, "");
}
