import { Readable } from "node:stream";
import type { TestResult } from "./test-results.ts";

const chunkBytes = 64 * 1024;

/** Columns that the generator fills; every other column of bronze has a default. */
const columns = [
  "app_id",
  "scenario_name",
  "start_time",
  "end_time",
  "duration_ms",
  "status",
  "error_message",
  "metadata_json",
  "created_at",
  "source_system",
  "source_run_id",
];

/** Statement that reads what `copyStream` writes. */
export const copyStatement = `copy resiliency.raw_resiliency_tests (${columns.join(", ")}) from stdin`;

/**
 * The results in COPY's text form, made only as fast as they are read. Calls `onRows` with the
 * number of rows made so far after each piece.
 */
export function copyStream(
  results: Iterable<TestResult>,
  onRows: (rows: number) => void = () => {},
): Readable {
  return Readable.from(chunks(results, onRows), { objectMode: false, highWaterMark: chunkBytes });
}

function* chunks(results: Iterable<TestResult>, onRows: (rows: number) => void): Generator<string> {
  let text = "";
  let rows = 0;
  for (const result of results) {
    text += copyLine(result);
    rows += 1;
    if (text.length >= chunkBytes) {
      yield text;
      onRows(rows);
      text = "";
    }
  }
  if (text !== "") yield text;
  onRows(rows);
}

// One template and no array: this line is made ten million times in a large load.
function copyLine(result: TestResult): string {
  const startTime = new Date(result.startTime).toISOString();
  const endTime = new Date(result.endTime).toISOString();
  const metadata = result.metadata === null ? null : JSON.stringify(result.metadata);
  // created_at is the end of the test and not the clock: gold is the same wherever it is built
  return `${result.appId}\t${copyText(result.scenarioName)}\t${startTime}\t${endTime}\t${result.durationMs}\t${result.status}\t${copyText(result.errorMessage)}\t${copyText(metadata)}\t${endTime}\tgenerator\t${result.sourceRunId}\n`;
}

const special = /[\\\t\n\r]/;
const escapes: Record<string, string> = { "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r" };

function copyText(value: string | null): string {
  if (value === null) return "\\N";
  if (!special.test(value)) return value;
  return value.replace(/[\\\t\n\r]/g, (character) => escapes[character] ?? character);
}
