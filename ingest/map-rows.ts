import { setImmediate } from "node:timers/promises";
import { addSetAside, type FileReport } from "./file-report.ts";
import { saysNothing } from "./formats/canonical-fields.ts";
import type { IngestOptions } from "./ingest-options.ts";
import { CopyBatch } from "./load/copy-batch.ts";
import { type Application, outageRow, testRow } from "./load/rows.ts";
import type { MappedOutage, MappedTest } from "./mapped.ts";
import type { Piece } from "./read/file-reader.ts";
import { applyRules } from "./rules/apply-rules.ts";
import { explain } from "./rules/explain.ts";

/** Rows that are loaded at one time. */
export interface Batch {
  test: CopyBatch;
  outage: CopyBatch;
  /** Whether the file ends with it. */
  isLast: boolean;
}

const mostBytes = 6 * 1024 * 1024;
/** Of the first batch, so that the server has something to do soon. */
const firstBytes = 512 * 1024;
const mostExplained = 1_000;
const mostPreviews = 20;

/**
 * The rows of a file in batches, each with its application. Pieces that cannot become a row, and
 * notes about others, go into the report. The last batch comes at the end of the file.
 */
export async function* batchesOf(
  pieces: AsyncIterable<Piece[]>,
  report: FileReport,
  options: IngestOptions,
): AsyncGenerator<Batch> {
  const { keepPayload } = options;
  let batch = newBatch();
  let enough = firstBytes;
  const groups = resultsOf(pieces, report, options, (mapped, application, source) => {
    if (mapped.kind === "test") {
      batch.test.add(testRow(mapped, application, source, keepPayload));
    } else batch.outage.add(outageRow(mapped, application, source, keepPayload));
  });
  for await (const _ of groups) {
    if (batch.test.length + batch.outage.length < enough) continue;
    yield batch;
    batch = newBatch();
    enough = mostBytes;
  }
  if (batch.test.added + batch.outage.added > 0) yield { ...batch, isLast: true };
}

/** Hands the memory of a batch back, when its rows are loaded. */
export function releaseBatch({ test, outage }: Batch): void {
  test.release();
  outage.release();
}

/** Counts the results of a file that would be loaded, of which no row is made. */
export async function countResults(
  pieces: AsyncIterable<Piece[]>,
  report: FileReport,
  options: IngestOptions,
): Promise<void> {
  const count = () => {
    report.loaded += 1;
  };
  for await (const _ of resultsOf(pieces, report, options, count));
}

function newBatch(): Batch {
  return { test: new CopyBatch(), outage: new CopyBatch(), isLast: false };
}

type Take = (mapped: MappedTest | MappedOutage, application: Application, source: string) => void;

/** Calls `take` with each result and its application; yields after each group of them. */
async function* resultsOf(
  pieces: AsyncIterable<Piece[]>,
  report: FileReport,
  options: IngestOptions,
  take: Take,
): AsyncGenerator<void> {
  const formats = new Set<string>();
  let read = 0;
  for await (const group of pieces) {
    options.signal.throwIfAborted();
    for (const piece of group) {
      if (piece.mapped.kind !== "setAside") formats.add(piece.format);
      takePiece(piece, report, options, take);
    }
    read += group.length;
    options.onRows(report.name, read);
    // the rows of the batch before go to the server meanwhile
    await setImmediate();
    yield;
  }
  report.formats = [...formats].sort();
}

function takePiece(
  { format, mapped }: Piece,
  report: FileReport,
  options: IngestOptions,
  take: Take,
): void {
  if (mapped.kind === "setAside") {
    addSetAside(report, mapped.reason, mapped.detail);
    return;
  }
  const source = format === "csv" || format === "canonical" ? "manual" : format;
  const application = applicationOf(mapped, source, report, options);
  if (application === undefined) {
    report.skipped += 1;
    return;
  }
  if (mapped.kind === "test") preview(mapped, application, report);
  take(mapped, application, source);
}

/** By its own column, by the first rule that fits, by `--app`, else as the source names it. */
function applicationOf(
  mapped: MappedTest | MappedOutage,
  source: string,
  report: FileReport,
  { rules, app, explain: explains }: IngestOptions,
): Application | undefined {
  const { hints, appId = null } = mapped;
  const isOwn = saysItself(mapped, source);
  const unruled = { appId, appName: isOwn ? hints.ownName : (app ?? hints.ownName) };
  if (rules.length === 0 && !explains) return unruled;
  const subject = { source: mapped.sourceSystem ?? source, path: report.name, hints };
  const verdict = applyRules(rules, subject);
  const ruled = verdict.rule?.app;
  const application = isOwn || ruled === undefined ? unruled : { appId, appName: ruled };
  if (explains && report.explained.length < mostExplained) {
    const what = mapped.kind === "test" ? (mapped.scenario ?? "a result") : "an outage";
    report.explained.push(`${what}: ${explain(application, verdict, { hints, isOwn })}`);
  }
  return verdict.rule !== undefined && ruled === undefined ? undefined : application;
}

/** Whether a row of somebody's own has a value in its column for the application; names of other tools count last. */
function saysItself({ hints, appId }: MappedTest | MappedOutage, source: string): boolean {
  if (typeof appId === "number") return true;
  return source === "manual" && hints.ownName !== null && !saysNothing(hints.ownName);
}

function preview(test: MappedTest, { appId, appName }: Application, report: FileReport): void {
  if (report.preview.length >= mostPreviews) return;
  report.preview.push({
    application: appName ?? (appId === null ? null : String(appId)),
    scenario: test.scenario,
    status: test.status,
    start: test.start,
    recovered: test.recovery.recoveredAt,
  });
}
