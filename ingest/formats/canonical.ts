import type { Hints, Mapped, MappedOutage, MappedTest, Recovery } from "../mapped.ts";
import { type Moment, plus } from "../values/moment.ts";
import { isObject, plainText } from "../values/shape.ts";
import { type ColumnType, columnsOf, type Header } from "./canonical-columns.ts";
import type { FormatContext } from "./format.ts";

/** Where values of one header go. */
export interface RowReader {
  /** Takes the values in the order of the header, and what the source sent; gives one row. */
  read(values: readonly unknown[], payload: unknown): Mapped;
}

type Values = Record<string, Moment | string | number | boolean | object | null>;

/** Reads rows that have the header's columns. A value that its column cannot take sets the row aside. */
export function canonicalReader({ kind, columns }: Header, context: FormatContext): RowReader {
  const known = columnsOf(kind);
  const fields = columns.flatMap((name, index) =>
    name === undefined ? [] : [{ name, index, type: known[name]?.type ?? "text" }],
  );
  return {
    read(values, payload) {
      const row: Values = {};
      for (const { name, index, type } of fields) {
        const value = values[index];
        const read = isEmpty(value) ? null : readers[type](value, context);
        if (read === undefined) return badValue(name, type, value);
        // of two columns for the same thing, the first that says something counts
        row[name] ??= read;
      }
      return kind === "test" ? testOf(row, payload) : outageOf(row, payload);
    },
  };
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === "";
}

/** Each gives undefined for a value that is none of its type. */
const readers: Record<
  ColumnType,
  (value: unknown, context: FormatContext) => Values[string] | undefined
> = {
  text: (value) => (typeof value === "object" ? undefined : String(value).trim() || null),
  time: (value, { readTime }) =>
    (typeof value === "string" ? readTime(value) : undefined) ?? undefined,
  number: readNumber,
  integer: readInteger,
  boolean: readBoolean,
  json: readJson,
};

// NaN and infinity are numbers that bronze takes; silver quarantines them.
function readNumber(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  const text = plainText(value).trim();
  if (/^[+-]?(\d+[.,]?\d*|[.,]\d+)(e[+-]?\d+)?$/i.test(text)) return Number(text.replace(",", "."));
  if (/^nan$/i.test(text)) return Number.NaN;
  const [, sign] = /^([+-]?)inf(inity)?$/i.exec(text) ?? [];
  if (sign === undefined) return undefined;
  return sign === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

function readInteger(value: unknown): number | undefined {
  const number = readNumber(value) ?? Number.NaN;
  return Number.isInteger(number) && Math.abs(number) < 2 ** 31 ? number : undefined;
}

function readBoolean(value: unknown): boolean | undefined {
  if (typeof value === "boolean") return value;
  const word = plainText(value).trim().toLowerCase();
  if (["true", "t", "yes", "y", "1"].includes(word)) return true;
  return ["false", "f", "no", "n", "0"].includes(word) ? false : undefined;
}

function readJson(value: unknown): object | undefined {
  if (isObject(value)) return value;
  try {
    const parsed: unknown = JSON.parse(plainText(value));
    return isObject(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function badValue(name: string, type: ColumnType, value: unknown): Mapped {
  const shown = JSON.stringify(value)?.slice(0, 80);
  const hint = type === "time" ? " (other spellings: --date-format)" : "";
  return {
    kind: "setAside",
    reason: "bad_value",
    detail: `${name} is no ${type}: ${shown}${hint}`,
  };
}

function testOf(row: Values, payload: unknown): MappedTest {
  const start = row.start_time as Moment | null;
  const seconds = row.duration_seconds as number | null | undefined;
  return {
    kind: "test",
    sourceSystem: textOf(row.source_system) ?? undefined,
    runId: textOf(row.source_run_id),
    identity: row,
    scenario: textOf(row.scenario_name),
    status: textOf(row.status),
    start,
    end: (row.end_time ?? null) as Moment | null,
    durationMs: (row.duration_ms ?? (seconds == null ? null : seconds * 1000)) as number | null,
    error: textOf(row.error_message),
    metadata: (row.metadata_json ?? undefined) as Record<string, unknown> | undefined,
    recovery: recoveryOf(row, start),
    payload,
    hints: hintsOf(row),
    appId: row.app_id as number | null | undefined,
  };
}

function recoveryOf(row: Values, start: Moment | null): Recovery {
  const faultAt = (row.fault_at ?? null) as Moment | null;
  const seconds = (row.recovery_seconds ?? null) as number | null;
  const said = (row.recovered_at ?? null) as Moment | null;
  return {
    faultAt: faultAt ?? (seconds === null ? null : start),
    detectedAt: (row.detected_at ?? null) as Moment | null,
    recoveredAt: said ?? (seconds === null ? null : plus(faultAt ?? start, seconds * 1000)),
    isRecovered: (row.is_recovered ?? null) as boolean | null,
    dataLossSeconds: (row.data_loss_seconds ?? null) as number | null,
    recoveryBasis: textOf(row.recovery_basis) as Recovery["recoveryBasis"],
  };
}

function outageOf(row: Values, payload: unknown): MappedOutage {
  return {
    kind: "outage",
    sourceSystem: textOf(row.source_system) ?? undefined,
    outageId: textOf(row.outage_id),
    identity: row,
    start: (row.outage_start ?? null) as Moment | null,
    end: (row.outage_end ?? null) as Moment | null,
    cause: textOf(row.cause),
    metadata: (row.metadata_json ?? undefined) as Record<string, unknown> | undefined,
    payload,
    hints: hintsOf(row),
    appId: row.app_id as number | null | undefined,
  };
}

function hintsOf(row: Values): Hints {
  return { ownName: textOf(row.app_name), title: textOf(row.scenario_name) };
}

function textOf(value: Values[string] | undefined): string | null {
  return value === undefined || value === null ? null : String(value);
}
