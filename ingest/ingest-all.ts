import type { Database } from "../runner/database/database.ts";
import { findAllureAttempts } from "./allure-attempts.ts";
import type { FileReport } from "./file-report.ts";
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
    for (const file of files) await ingestFile(file, loads, options, attempts.get(file.name));
  } finally {
    await loads.end();
  }
  return reports;
}
