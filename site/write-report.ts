import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Database } from "../runner/database/database.ts";
import { day } from "../runner/pages/format.ts";
import { replaceFolder } from "../runner/pages/replace-folder.ts";
import { csvFiles, jsonFile, markdownFile } from "./formats.ts";
import { newestRun } from "./read/newest-run.ts";
import { type Facts, readReport } from "./read/read-report.ts";
import { createReport, type Report } from "./report.ts";
import { writeFiles, writePages } from "./write-pages.ts";

/** What a report is made of, and what it shows. */
export interface WriteReportOptions {
  projectDir: string;
  /** Where it is written; `target/report` of the project unless given. */
  folder?: string;
  /** The day that it is made as of; the present unless given. */
  asOf?: string | undefined;
  /** Days of its own window: 7, 30 or 90. */
  days?: number;
  /** Number or name of the only application that it is about; all unless given. */
  app?: string | undefined;
  format?: ReportFormat;
  /** Whether texts of the sources, messages and payloads, may be in it. */
  withSamples?: boolean;
}

/** What a report is written as. */
export type ReportFormat = "html" | "markdown" | "json" | "csv";

/** The file of each format to begin with, in the folder of the report. */
const firstFiles = {
  html: "index.html",
  markdown: "weekly.md",
  json: "data/report.json",
  csv: "data",
} as const;

/** A written report. */
export interface WrittenReport {
  /** The file, or for CSV the folder, to begin with. */
  path: string;
  /** The same in Markdown, short enough for a job summary. */
  markdown: string;
}

/**
 * Reads the warehouse and puts the report into `target/report/` of the project, in the place of the
 * last one. Throws USAGE for an application that there is not.
 */
export async function writeReport(
  database: Database,
  options: WriteReportOptions,
): Promise<WrittenReport> {
  const { projectDir, asOf, days = 90, app, format = "html", withSamples = false } = options;
  const { folder = join(projectDir, "target", "report") } = options;
  const run = newestRun(projectDir, database.description, withSamples);
  const origin = await originOf(projectDir, run?.endedAtMillis);
  const timeZone = timeZoneOf(projectDir);
  const read = { projectDir, asOf, days, app, withSamples, timeZone };
  const markdown = await readReport(database, read, async (facts: Facts) => {
    const report: Report = createReport({
      facts,
      days,
      asOf,
      withSamples,
      origin,
      failedRun: run && run.status !== "successful" ? run : undefined,
      onlyApplication: facts.onlyApplication?.app_name ?? undefined,
    });
    const summary = markdownFile(report);
    await replaceFolder(folder, projectDir, (stage) => writeAs(format, report, stage));
    return summary.text;
  });
  return { path: join(folder, firstFiles[format]), markdown };
}

async function writeAs(format: ReportFormat, report: Report, folder: string): Promise<void> {
  switch (format) {
    case "html":
      return await writePages(report, folder);
    case "markdown":
      return await writeFiles(folder, [markdownFile(report)]);
    case "json":
      return await writeFiles(folder, [jsonFile(report)]);
    case "csv":
      return await writeFiles(folder, csvFiles(report));
  }
}

async function originOf(projectDir: string, endedAtMillis: number | undefined): Promise<string> {
  const when = endedAtMillis
    ? `warehouse run of ${day(new Date(endedAtMillis).toISOString())}`
    : undefined;
  const commit = await commitOf(projectDir);
  return [when, commit && `commit ${commit}`, `printed ${day(new Date().toISOString())}`]
    .filter(Boolean)
    .join(" · ");
}

async function commitOf(projectDir: string): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)("git", ["rev-parse", "--short", "HEAD"], {
      cwd: projectDir,
    });
    return stdout.trim();
  } catch {
    return undefined;
  }
}

function timeZoneOf(projectDir: string): string {
  const settings = JSON.parse(readFileSync(join(projectDir, "dataform.json"), "utf8"));
  return settings.vars?.reportTimeZone ?? "UTC";
}
