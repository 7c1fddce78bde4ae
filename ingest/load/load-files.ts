import type { Session, Statement } from "../../runner/database/database.ts";
import type { ActionFailure } from "../../runner/errors.ts";
import type { FileReport } from "../file-report.ts";
import { type Batch, releaseBatch } from "../map-rows.ts";
import { bronzeKinds, bronzeTables, ingestLock, loadSettings } from "./bronze-tables.ts";
import { mergeStatement } from "./merge-rows.ts";
import type { LoadedFile } from "./quarantined.ts";

/** A file of few rows, which was read to its end, and the statements that load it in one transaction. */
export interface SmallFile {
  report: FileReport;
  /** How many rows it has. */
  rows: number;
  statements: Statement[];
}

/** Makes the statements that load the only batch of a file. */
export function smallFile(report: FileReport, batch: Batch): SmallFile {
  const statements = bronzeKinds.flatMap((kind) => {
    const { first, repeated } = batch[kind];
    const lines = [first, repeated].filter(({ count }) => count > 0);
    return lines.map((each) => mergeStatement(bronzeTables[kind], each));
  });
  releaseBatch(batch);
  return { report, rows: batch.test.added + batch.outage.added, statements };
}

/**
 * Loads files in one message, each in a transaction of its own, and notes in their reports what became of their rows. When
 * this returns, what is loaded is safe on the disk of the server: only the last transaction waits for it.
 */
export async function loadFiles(
  session: Session,
  files: readonly SmallFile[],
): Promise<LoadedFile[]> {
  const flushed = await beginLoads(session);
  const ended = await session.own.transactions([
    ...files.map(({ statements }) => statements),
    [{ text: flush, values: [flushed] }],
    [{ text: unlock, values: [] }],
  ]);
  const isFlushed = ended[files.length]?.failure === undefined;
  if (!isFlushed) throw ended.find(({ failure }) => failure)?.failure;
  return files.map(({ report, rows }, index) => {
    const { results, failure } = ended[index] ?? { results: [] };
    if (failure !== undefined) return { report, failure: named(failure, report) };
    const counts = results.map((result) => result.rows[0] ?? []);
    const sum = (place: number) => counts.reduce((all, row) => all + Number(row[place]), 0);
    report.loaded = sum(0);
    report.known = rows - report.loaded;
    report.corrected = sum(1);
    report.reassigned = sum(3);
    return { report, transactionId: counts.find((row) => row[2] !== null)?.[2] ?? undefined };
  });
}

function named(failure: ActionFailure, { name }: FileReport): ActionFailure {
  const { error } = failure;
  return failure.with({ ...error, message: `${name}: ${error.message}` });
}

/** Makes the settings of a load, and takes its lock; gives the session's own value of `synchronous_commit`. */
async function beginLoads({ own }: Session): Promise<string> {
  const settings = {
    ...loadSettings,
    plan_cache_mode: "force_generic_plan",
    synchronous_commit: "off",
  };
  const made = Object.entries(settings).map(
    ([name, value]) => `set_config('${name}', '${value}', false)`,
  );
  const { rows } = await own.authored(
    `select current_setting('synchronous_commit'), ${made.join(", ")}`,
  );
  await own.authored(`select pg_advisory_lock(${ingestLock})`);
  return rows[0]?.[0] ?? "on";
}

// A commit that waits for the disk waits for all before it, too. Without anything written it would not wait.
const flush = `
  select set_config('synchronous_commit', $1, true), pg_logical_emit_message(true, 'resiliency-ingest', '')`;
// Only then, so that another ingest finds no row that may get lost.
const unlock = `select pg_advisory_unlock(${ingestLock})`;
