import type { Readable } from "node:stream";
import type { BronzeRow } from "./bronze-row.ts";
import { copyLines, copyText } from "./copy-text.ts";
import { timeText } from "./time-text.ts";

/** Columns that the generator fills; every other column of bronze has a default. */
const columns = [
  ...["app_id", "app_name", "scenario_name", "start_time", "end_time", "duration_ms", "status"],
  ...["error_message", "metadata_json", "created_at", "ingested_at", "source_system"],
  ...["source_run_id", "payload_hash", "raw_payload", "is_synthetic", "fault_at", "detected_at"],
  ...["recovered_at", "is_recovered", "data_loss_seconds", "recovery_basis"],
];

/** Statement that reads what `copyStream` writes. */
export const copyStatement = `copy resiliency.raw_resiliency_tests (${columns.join(", ")}) from stdin`;

/**
 * The rows in COPY's text form, made only as fast as they are read. Calls `onRows` with the number
 * of rows made so far after each piece.
 */
export function copyStream(
  rows: Iterable<BronzeRow>,
  onRows: (rows: number) => void = () => {},
): Readable {
  return copyLines(linesOf(rows), onRows);
}

function* linesOf(rows: Iterable<BronzeRow>): Generator<string> {
  for (const row of rows) yield copyLine(row);
}

// One template and no array: this line is made ten million times in a large load.
function copyLine(row: BronzeRow): string {
  const metadata = row.metadata === null ? null : JSON.stringify(row.metadata);
  return `${row.appId ?? "\\N"}\t${copyText(row.appName)}\t${copyText(row.scenarioName)}\t${copyTime(row.startTime)}\t${copyTime(row.endTime)}\t${row.durationMs ?? "\\N"}\t${copyText(row.status)}\t${copyText(row.errorMessage)}\t${copyText(metadata)}\t${timeText(row.createdAt)}\t${timeText(row.ingestedAt)}\t${row.sourceSystem}\t${copyText(row.sourceRunId)}\t${row.payloadHash ?? "\\N"}\t${copyText(row.rawPayload)}\tt\t${copyTime(row.faultAt)}\t${copyTime(row.detectedAt)}\t${copyTime(row.recoveredAt)}\t${row.isRecovered ?? "\\N"}\t${row.dataLossSeconds ?? "\\N"}\t${row.recoveryBasis ?? "\\N"}\n`;
}

function copyTime(time: number | null): string {
  return time === null ? "\\N" : timeText(time);
}
