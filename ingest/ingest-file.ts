import { type Attempt, loadingCounted } from "./allure-attempts.ts";
import { FileRefused } from "./failure.ts";
import { type FileReport, newReport } from "./file-report.ts";
import { entriesOf } from "./files/entries.ts";
import type { Entry } from "./files/entry.ts";
import type { InputFile } from "./files/list-files.ts";
import { documentFormats } from "./formats/documents.ts";
import type { IngestOptions } from "./ingest-options.ts";
import type { FileLoads } from "./load/file-loads.ts";
import { detect } from "./read/detect.ts";
import type { Piece } from "./read/file-reader.ts";
import { readCsv } from "./read/read-csv.ts";

/**
 * Reads a file, or each file of an archive, and hands over the results of each. `attempt`: what its result is beside those
 * of other files.
 */
export async function ingestFile(
  file: InputFile,
  loads: FileLoads,
  options: IngestOptions,
  attempt?: Attempt,
): Promise<void> {
  const whole = newReport(file.name);
  if (attempt && "counted" in attempt && options.mergesReruns) {
    const note = `an attempt of a test that was run again: ${attempt.counted} counts`;
    return await loads.tell({ ...whole, formats: ["allure"], notes: [note] });
  }
  const isCounted = attempt && "others" in attempt;
  const into = isCounted ? loadingCounted(loads, attempt, options.mergesReruns) : loads;
  if (file.isEmpty) return await loads.tell({ ...whole, notes: ["the folder holds no file"] });
  try {
    if (file.problem !== undefined) throw file.problem;
    let count = 0;
    for await (const entry of entriesOf(file.name)) {
      count += 1;
      await ingestEntry(entry, file.isFound || entry.name !== file.name, into, options);
    }
    if (count === 0) throw new FileRefused("the archive is empty");
  } catch (error) {
    const isGone = (error as NodeJS.ErrnoException).code === "ENOENT";
    const isPassedOver = isGone && file.isFound && !claimsResults(file.name);
    await loads.tell({ ...refused(whole, error), ...(isPassedOver && { isPassedOver }) });
  }
}

/** Reads one entry; `isFound`: nobody named it, so that it is passed over when nothing says that it holds results. */
export async function ingestEntry(
  entry: Entry,
  isFound: boolean,
  loads: FileLoads,
  options: IngestOptions,
): Promise<void> {
  const report = newReport(entry.name);
  let isOfResults = claimsResults(entry.name);
  const onResults = () => {
    isOfResults = true;
  };
  try {
    await loads.load(report, await piecesOf(entry, report, options, onResults));
  } catch (error) {
    const failed = refused(newReport(entry.name), error);
    const isPassedOver = isFound && !isOfResults;
    await loads.tell(isPassedOver ? { ...failed, isPassedOver } : failed);
  }
}

/**
 * The results in an entry, as its format reads them. Throws `FileRefused` when it is of no known kind. `onResults`: called
 * when its content shows that it holds results, whatever is wrong with the rest.
 */
export async function piecesOf(
  entry: Entry,
  report: FileReport,
  { start, end, readTime, format, mergesReruns }: IngestOptions,
  onResults: () => void = () => {},
): Promise<AsyncIterable<Piece[]>> {
  const { read, chunks } = await detect(entry.chunks, format);
  // a table has the header of one
  if (read === readCsv) onResults();
  const pieces = read(chunks, {
    context: { path: entry.name, start, end, readTime, mergesReruns },
    only: documentFormats.find(({ name }) => name === format),
    onNote: (note) => report.notes.push(note),
  });
  return heard(pieces, onResults);
}

async function* heard(pieces: AsyncIterable<Piece[]>, onResults: () => void) {
  for await (const group of pieces) {
    if (group.some(({ mapped }) => mapped.kind !== "setAside")) onResults();
    yield group;
  }
}

// A file whose name says that it holds data is never passed over in silence.
function claimsResults(name: string): boolean {
  const plain = name.replace(/\.(bz2|xz|zst)$/i, "");
  return (
    /\.(json|jsonl|ndjson|xml|csv|tsv|ya?ml|gz|tgz|zip|tar|tbz2?|txz|xlsx?|ods)$/i.test(plain) ||
    /results\.edn$/.test(plain)
  );
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
