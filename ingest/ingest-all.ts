import type { Database } from "../runner/database/database.ts";
import type { FileReport } from "./file-report.ts";
import { type InputFile, listFiles } from "./files/list-files.ts";
import { ingestFile } from "./ingest-file.ts";
import type { IngestOptions } from "./ingest-options.ts";
import { prepareWarehouse } from "./load/prepare-warehouse.ts";

/** Loads all that the inputs stand for; calls `onReport` with what became of each file. */
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
  for (const file of files) {
    for await (const report of ingestFile(file, database, options)) {
      reports.push(report);
      onReport(report);
    }
  }
  return reports;
}
