import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type WriteReportOptions, writeReport } from "../../../site/write-report.ts";
import { projectDir, type Warehouse } from "../warehouse.ts";

/** A written report. */
export interface ReportFolder {
  path: (name: string) => string;
  read: (name: string) => string;
  /** Names of the pages, sorted. */
  pages: () => string[];
  remove: () => void;
}

/** Writes a report of a warehouse into a temporary folder. */
export async function reportOf(
  { database }: Pick<Warehouse, "database">,
  options: Partial<WriteReportOptions> = {},
): Promise<ReportFolder> {
  const place = mkdtempSync(join(tmpdir(), "dfpg-report-"));
  const folder = join(place, "report");
  await writeReport(database, { projectDir, folder, ...options });
  return {
    path: (name) => join(folder, name),
    read: (name) => readFileSync(join(folder, name), "utf8"),
    pages: () =>
      readdirSync(folder)
        .filter((name) => name.endsWith(".html"))
        .sort(),
    remove: () => rmSync(place, { recursive: true, force: true }),
  };
}
