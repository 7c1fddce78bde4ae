import { relative } from "node:path";
import type { Database } from "../runner/database/database.ts";
import { appendMarkdownSummary } from "../runner/report/github/markdown-summary.ts";
import { type WriteReportOptions, writeReport } from "./write-report.ts";

/**
 * Writes the report, and its Markdown into the summary of a job on GitHub. Gives the line that says
 * where it is.
 */
export async function publishReport(
  database: Database,
  options: WriteReportOptions,
): Promise<string> {
  const { path, markdown } = await writeReport(database, options);
  const summary = process.env.GITHUB_STEP_SUMMARY;
  if (summary) await appendMarkdownSummary(summary, markdown, options.projectDir);
  return `report:   ${relative(process.cwd(), path)}`;
}
