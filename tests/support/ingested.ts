import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { type FileReport, newReport } from "../../ingest/file-report.ts";
import { ingestAll } from "../../ingest/ingest-all.ts";
import { piecesOf } from "../../ingest/ingest-file.ts";
import type { IngestOptions } from "../../ingest/ingest-options.ts";
import type { MappedTest } from "../../ingest/mapped.ts";
import { dateReader } from "../../ingest/values/date-format.ts";
import { readMoment } from "../../ingest/values/moment.ts";
import type { Database } from "../../runner/database/database.ts";
import { projectDir } from "../pipeline/warehouse.ts";

/** The default options of a load. */
export const plainOptions: IngestOptions = {
  app: undefined,
  rules: [],
  format: undefined,
  start: null,
  end: null,
  readTime: readMoment,
  keepPayload: "full",
  explain: false,
  mergesReruns: false,
  isStrict: false,
  onRows: () => {},
  signal: new AbortController().signal,
};

/** Writes files into a folder that is gone when the test ends, and gives the folder. */
export function folderOf(files: Record<string, string | Uint8Array>): string {
  const folder = mkdtempSync(join(tmpdir(), "dfpg-ingest-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

/** Loads files; without a database they are only read. Reports are by the file's name in its folder. */
export async function ingestFiles(
  files: Record<string, string | Uint8Array>,
  options: Partial<IngestOptions> = {},
  database?: Database,
): Promise<Record<string, FileReport>> {
  const folder = folderOf(files);
  const reports = await ingestAll(
    [folder],
    database,
    projectDir,
    { ...plainOptions, ...options },
    () => {},
  );
  return Object.fromEntries(
    reports.map((report) => [report.name.slice(folder.length + 1), report]),
  );
}

/**
 * The rows of one file as its format reads them; for a piece that is set aside its detail, and for a
 * refused file the reason alone. Content that is no text is written as JSON.
 */
export async function readRows(
  name: string,
  content: string | object,
  dateFormat?: string,
  timeZone?: string,
  more: Partial<IngestOptions> = {},
) {
  const text = typeof content === "string" ? content : JSON.stringify(content);
  const chunks = (async function* () {
    yield Buffer.from(text);
  })();
  const options = { ...plainOptions, readTime: dateReader(dateFormat, timeZone), ...more };
  const rows: unknown[] = [];
  try {
    for await (const pieces of await piecesOf({ name, chunks }, newReport(name), options)) {
      for (const { mapped } of pieces)
        rows.push(mapped.kind === "setAside" ? mapped.detail : mapped);
    }
  } catch (error) {
    return [(error as Error).message];
  }
  return rows as MappedTest[];
}
