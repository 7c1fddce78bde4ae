import type { Database } from "../../runner/database/database.ts";
import type { FileReport } from "../file-report.ts";
import type { IngestOptions } from "../ingest-options.ts";
import { type Batch, batchesOf, countResults } from "../map-rows.ts";
import type { Piece } from "../read/file-reader.ts";
import { loadFiles, type SmallFile, smallFile } from "./load-files.ts";
import { leastProbed } from "./load-rows.ts";
import { loadStream } from "./load-stream.ts";
import { countQuarantined } from "./quarantined.ts";

/** What becomes of files that are read one after the other. */
export interface FileLoads {
  /** Takes the results of a file, each file in its own transaction. Throws what its reading throws: nothing is loaded then. */
  load(report: FileReport, pieces: AsyncIterable<Piece[]>): Promise<void>;
  /** Takes the report of a file without results. */
  tell(report: FileReport): Promise<void>;
  /** Loads what waits. */
  end(): Promise<void>;
}

/** Counts the results of files, and loads nothing. */
export function countFiles(
  options: IngestOptions,
  onReport: (report: FileReport) => void,
): FileLoads {
  return {
    async load(report, pieces) {
      await countResults(pieces, report, options);
      onReport(report);
    },
    tell: async (report) => onReport(report),
    end: async () => {},
  };
}

// What the server needs for a tenth of a second: while it works, as much is read.
const enoughBytes = 4 * 1024 * 1024;
const enoughFiles = 200;

/**
 * Loads files in their order, and reports each when its rows are safe on the server's disk. Files of few rows wait for
 * others, and go together: to ask and wait for each would take longer than all the rest.
 */
export function loadingFiles(
  database: Database,
  options: IngestOptions,
  onReport: (report: FileReport) => void,
): FileLoads {
  let waiting = newGroup();
  let loading = Promise.resolve();

  async function send(): Promise<void> {
    await loading;
    const group = waiting;
    waiting = newGroup();
    loading = loadGroup(database, group, options, onReport);
    // it is thrown where it is waited for
    loading.catch(() => {});
  }

  async function end(): Promise<void> {
    await send();
    await loading;
  }

  async function takeIn(file: SmallFile): Promise<void> {
    waiting.files.push(file);
    for (const { values } of file.statements) {
      for (const value of values) waiting.bytes += (value as Buffer).length;
    }
    if (waiting.bytes >= enoughBytes || waiting.files.length >= enoughFiles) await send();
  }

  return {
    end,
    tell: (report) => takeIn({ report, rows: 0, statements: [] }),
    async load(report, pieces) {
      const batches = batchesOf(pieces, report, options);
      const { done, value: first } = await batches.next();
      if (done) return await this.tell(report);
      if (isSmall(first)) {
        const file = smallFile(report, first);
        return await takeIn(file);
      }
      await end();
      await loadStream(database, report, startingWith(first, batches), options);
      onReport(report);
    },
  };
}

interface Group {
  files: SmallFile[];
  bytes: number;
}

function newGroup(): Group {
  return { files: [], bytes: 0 };
}

/** Loads the files of a group, and reports those that are loaded, also when another one fails. */
async function loadGroup(
  database: Database,
  { files }: Group,
  { signal, isStrict }: IngestOptions,
  onReport: (report: FileReport) => void,
): Promise<void> {
  const filled = files.filter(({ statements }) => statements.length > 0);
  const failures = new Map<FileReport, unknown>();
  if (filled.length > 0) {
    const loaded = await database.session((session) => loadFiles(session, filled), signal);
    for (const { report, failure } of loaded) {
      if (failure !== undefined) failures.set(report, failure);
    }
    const good = loaded.filter(({ failure }) => failure === undefined);
    // in a session of its own: the settings of a load are not for this question
    await database.session((session) => countQuarantined(session, good, isStrict), signal);
  }
  for (const { report } of files) if (!failures.has(report)) onReport(report);
  for (const failure of failures.values()) throw failure;
}

function isSmall({ isLast, test, outage }: Batch): boolean {
  const rows = [test, outage].map(({ first, repeated }) => first.count + repeated.count);
  return isLast && Math.max(...rows) < leastProbed;
}

async function* startingWith(first: Batch, others: AsyncIterable<Batch>): AsyncGenerator<Batch> {
  yield first;
  yield* others;
}
