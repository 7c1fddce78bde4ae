import { copyText } from "../../warehouse/copy-text.ts";
import { limits } from "../files/limits.ts";
import type { MappedOutage, MappedTest } from "../mapped.ts";
import { JsonText, sha256, storable, storableJson } from "../values/canonical-json.ts";

const longestName = 400;

/** Which part of a payload is kept: nothing, its SHA-256, or both that and the payload. */
export type KeepPayload = "none" | "hash" | "full";

/** A row as COPY reads it. */
export interface CopyRow {
  source: string;
  /** Its name in the source; both together are its key. */
  name: string;
  /** What the row says; rows of one key that say the same are one. */
  content: string;
  /** The rest of the line: hash and payload. */
  payload: string;
}

/** Which application a row belongs to: by number, else by name, else nobody's. */
export interface Application {
  appId: number | null;
  appName: string | null;
}

/** Columns of `CopyRow` for tests with their types, in its order. */
export const testColumns = {
  ...{ source_system: "text", source_run_id: "text", app_id: "integer", app_name: "text" },
  ...{ scenario_name: "text", start_time: "timestamptz", end_time: "timestamptz" },
  ...{ duration_ms: "numeric", status: "text", error_message: "text", metadata_json: "jsonb" },
  ...{ fault_at: "timestamptz", detected_at: "timestamptz", recovered_at: "timestamptz" },
  ...{ is_recovered: "boolean", data_loss_seconds: "numeric", recovery_basis: "text" },
  ...{ payload_hash: "text", raw_payload: "text" },
};

/** Columns of `CopyRow` for outages with their types, in its order. */
export const outageColumns = {
  ...{ source_system: "text", source_outage_id: "text", app_id: "integer", app_name: "text" },
  ...{ started_at: "timestamptz", ended_at: "timestamptz", cause: "text" },
  ...{ metadata_json: "jsonb", payload_hash: "text", raw_payload: "text" },
};

/** A test as a row of bronze. `format`: its source, unless it says another. */
export function testRow(
  test: MappedTest,
  { appId, appName }: Application,
  format: string,
  keep: KeepPayload,
): CopyRow {
  const payload = JsonText.of(test.payload);
  const source = text(shortened(test.sourceSystem ?? format));
  const name = nameOf(test.runId, test.identity, payload);
  const { recovery, start, end } = test;
  const own = test.isVerbatim && payload.isPlain ? plain : text;
  const content = `${number(appId)}\t${(appName === test.hints.ownName ? own : text)(appName)}\t${own(test.scenario)}\t${start ?? "\\N"}\t${end ?? "\\N"}\t${number(test.durationMs)}\t${own(test.status)}\t${own(test.error)}\t${json(test.metadata)}\t${recovery.faultAt ?? "\\N"}\t${recovery.detectedAt ?? "\\N"}\t${recovery.recoveredAt ?? "\\N"}\t${recovery.isRecovered ?? "\\N"}\t${number(recovery.dataLossSeconds)}\t${own(recovery.recoveryBasis)}`;
  const named = () => `${source}\t${name}${content}`;
  return { source, name, content, payload: payloadFields(payload, named, keep) };
}

/** An outage as a row of its bronze table. */
export function outageRow(
  outage: MappedOutage,
  { appId, appName }: Application,
  format: string,
  keep: KeepPayload,
): CopyRow {
  const payload = JsonText.of(outage.payload);
  const source = text(shortened(outage.sourceSystem ?? format));
  const name = nameOf(outage.outageId, outage.identity, payload);
  const content = `${number(appId)}\t${text(appName)}\t${outage.start ?? "\\N"}\t${outage.end ?? "\\N"}\t${text(outage.cause)}\t${json(outage.metadata)}`;
  const named = () => `${source}\t${name}${content}`;
  return { source, name, content, payload: payloadFields(payload, named, keep) };
}

// A result without a run id is identified by the hash of its content.
function nameOf(name: string | null, identity: unknown, payload: JsonText): string {
  if (name !== null) return text(shortened(name));
  return (identity === undefined ? payload : JsonText.of(identity)).hash;
}

// An index takes no longer name.
function shortened(name: string): string {
  return name.length <= longestName ? name : `${name.slice(0, longestName / 2)}… ${sha256(name)}`;
}

// Without a payload, the hash is of what bronze shows anyway.
function payloadFields(payload: JsonText, row: () => string, keep: KeepPayload): string {
  const hash = keep === "none" ? sha256(row()) : payload.hash;
  const isKept = keep === "full" && payload.text.length <= limits.payloadCharacters;
  // JSON holds nothing that is not storable, and of what COPY escapes only the backslash
  const kept = payload.isPlain ? payload.text : copyText(payload.text);
  return `${hash}\t${isKept ? kept : "\\N"}`;
}

function text(value: string | null | undefined): string {
  if (value == null) return "\\N";
  return special.test(value) ? copyText(storable(value)) : value;
}

// A text of JSON without a backslash has no character that COPY escapes or cannot store.
function plain(value: string | null | undefined): string {
  return value ?? "\\N";
}

// characters that COPY escapes or cannot store; all surrogates, because finding unpaired ones takes
// longer
const special = /[\0\\\t\n\r\ud800-\udfff]/;

function number(value: number | null | undefined): string {
  return value == null ? "\\N" : String(value);
}

let lastJson: { value: object; written: string } | undefined;

function json(value: object | undefined): string {
  if (value === undefined) return "\\N";
  if (lastJson?.value !== value) lastJson = { value, written: copyText(storableJson(value)) };
  return lastJson.written;
}
