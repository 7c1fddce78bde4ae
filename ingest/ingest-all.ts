import type { Database } from "../runner/database/database.ts";
import { findAllureAttempts } from "./allure-attempts.ts";
import { type FileReport, newReport } from "./file-report.ts";
import { type LeftOut, leavingOut } from "./files/left-out.ts";
import { type InputFile, listFiles } from "./files/list-files.ts";
import { ingestFile } from "./ingest-file.ts";
import type { IngestOptions } from "./ingest-options.ts";
import { countFiles, loadingFiles } from "./load/file-loads.ts";
import { prepareWarehouse } from "./load/prepare-warehouse.ts";

/**
 * Loads all that the inputs stand for; calls `onReport` with what became of each file, in their order. Without a database
 * files are only read.
 */
export async function ingestAll(
  inputs: readonly (string | InputFile)[],
  database: Database | undefined,
  projectDir: string,
  options: IngestOptions,
  onReport: (report: FileReport) => void,
): Promise<FileReport[]> {
  const reports: FileReport[] = [];
  const files = await listFiles(inputs);
  if (database !== undefined) await prepareWarehouse(projectDir, database, options.signal);
  const tell = (report: FileReport) => {
    reports.push(report);
    onReport(report);
  };
  const loads =
    database === undefined ? countFiles(options, tell) : loadingFiles(database, options, tell);
  try {
    const attempts = await findAllureAttempts(files, options.signal);
    const leftOut = leavingOut();
    for (const file of files) {
      const left = await leftOut(file);
      if (left === undefined) await ingestFile(file, loads, options, attempts.get(file.name));
      else await loads.tell(reportOf(file, left));
    }
  } finally {
    await loads.end();
  }
  return reports;
}

function reportOf({ name }: InputFile, left: LeftOut): FileReport {
  const report = newReport(name);
  return "note" in left ? { ...report, notes: [left.note] } : { ...report, isPassedOver: true };
}
