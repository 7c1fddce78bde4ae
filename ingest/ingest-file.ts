import type { Database, Session } from "../runner/database/database.ts";
import { FileRefused } from "./failure.ts";
import { type FileReport, newReport } from "./file-report.ts";
import { entriesOf } from "./files/entries.ts";
import type { Entry } from "./files/entry.ts";
import type { InputFile } from "./files/list-files.ts";
import { documentFormats } from "./formats/documents.ts";
import type { IngestOptions } from "./ingest-options.ts";
import { beginLoad, bronzeTables, loadRows } from "./load/load-rows.ts";
import { quarantinedRows } from "./load/quarantined.ts";
import { type Batch, batchesOf, countResults } from "./map-rows.ts";
import { detect } from "./read/detect.ts";
import type { Piece } from "./read/file-reader.ts";

/**
 * Loads the results in a file, or in each file of an archive, each file in its own transaction.
 * Without a database, files are only read. Yields a report for each.
 */
export async function* ingestFile(
  file: InputFile,
  database: Database | undefined,
  options: IngestOptions,
): AsyncGenerator<FileReport> {
  const whole = newReport(file.name);
  if (file.isEmpty) {
    yield { ...whole, notes: ["the folder holds no file"] };
    return;
  }
  try {
    if (file.problem !== undefined) throw file.problem;
    let count = 0;
    for await (const entry of entriesOf(file.name)) {
      count += 1;
      yield await ingestEntry(entry, file.isFound || entry.name !== file.name, database, options);
    }
    if (count === 0) throw new FileRefused("the archive is empty");
  } catch (error) {
    yield refused(whole, error);
  }
}

/** Loads one entry; `isFound`: nobody named it, so that it is passed over when it is no result at all. */
export async function ingestEntry(
  entry: Entry,
  isFound: boolean,
  database: Database | undefined,
  options: IngestOptions,
): Promise<FileReport> {
  const report = newReport(entry.name);
  try {
    const pieces = await piecesOf(entry, report, options);
    if (database === undefined) await countResults(pieces, report, options);
    else await load(batchesOf(pieces, report, options), report, database, options);
    return report;
  } catch (error) {
    const failed = refused(newReport(entry.name), error);
    return isFound && !claimsResults(entry.name) ? { ...failed, isPassedOver: true } : failed;
  }
}

/** The results in an entry, as its format reads them. Throws `FileRefused` when it is of no known kind. */
export async function piecesOf(
  entry: Entry,
  report: FileReport,
  { start, end, readTime, format }: IngestOptions,
): Promise<AsyncIterable<Piece[]>> {
  const { read, chunks } = await detect(entry.chunks, format);
  return read(chunks, {
    context: { path: entry.name, start, end, readTime },
    only: documentFormats.find(({ name }) => name === format),
    onNote: (note) => report.notes.push(note),
  });
}

// A file whose name says that it holds data is never passed over in silence.
function claimsResults(name: string): boolean {
  return (
    /\.(json|jsonl|ndjson|xml|csv|tsv|ya?ml|gz|tgz|zip|tar)$/i.test(name) ||
    /results\.edn$/.test(name)
  );
}

async function load(
  batches: AsyncGenerator<Batch>,
  report: FileReport,
  database: Database,
  { signal, isStrict }: IngestOptions,
): Promise<void> {
  // most files are read to their end before the database is asked for anything
  let next = await batches.next();
  if (next.done) return;
  let transactionId: string | undefined;
  const loadAll = async (session: Session) => {
    await beginLoad(session);
    // the next batch is read while the server has this one
    let loading = Promise.resolve();
    try {
      for (; !next.done; next = await batches.next()) {
        await loading;
        loading = loadBatch(session, next.value, report);
        loading.catch(() => {});
      }
    } finally {
      await loading;
    }
  };
  await database.transaction(loadAll, signal, {
    onBegun: (id) => {
      transactionId = id;
    },
  });
  const quarantined = await quarantinedRows(database, transactionId, report.loaded, isStrict);
  if (quarantined !== undefined) report.quarantined = quarantined;
}

async function loadBatch(session: Session, batch: Batch, report: FileReport): Promise<void> {
  for (const kind of ["test", "outage"] as const) {
    const counts = await loadRows(session, bronzeTables[kind], batch[kind]);
    report.loaded += counts.loaded;
    report.known += counts.known;
    report.corrected += counts.corrected;
  }
  batch.test.release();
  batch.outage.release();
}

/** The report of a refused file; rethrows errors that the file did not cause. */
function refused(report: FileReport, error: unknown): FileReport {
  if (error instanceof FileRefused) {
    const { message, hint } = error;
    return { ...report, refused: { message, ...(hint === undefined ? {} : { hint }) } };
  }
  const code = (error as NodeJS.ErrnoException).code ?? "";
  if (/^E(ACCES|ISDIR|NOENT|IO|PERM|MFILE|LOOP|NAMETOOLONG)$/.test(code)) {
    return { ...report, refused: { message: `it cannot be read: ${code}` } };
  }
  throw error;
}
