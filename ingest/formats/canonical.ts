import type { Mapped, MappedOutage, MappedTest, Recovery } from "../mapped.ts";
import { type Moment, plus, readEpoch } from "../values/moment.ts";
import { isObject, plainText } from "../values/shape.ts";
import {
  type Column,
  type ColumnType,
  columnsOf,
  type Header,
  outageColumns,
  testColumns,
} from "./canonical-columns.ts";
import { afterMidnight, isClock, onDay } from "./day-column.ts";
import type { FormatContext } from "./format.ts";

/** Where values of one header go. */
export interface RowReader {
  /** Takes the values in the order of the header, and what the source sent; gives one row. */
  read(values: readonly unknown[], payload: unknown): Mapped;
}

type Value = Moment | string | number | boolean | object | null;

/** A column of a file, and the place of its values in a row. */
interface Field {
  index: number;
  place: number;
  name: string;
  type: ColumnType;
  readValue: (value: unknown, context: FormatContext) => Value | undefined;
}

/** Values of all columns of a kind of row, in their order; null where there is none. */
type Row = Value[];

/** Reads rows that have the header's columns. A value that its column cannot take sets the row aside. */
export function canonicalReader(header: Header, context: FormatContext): RowReader {
  const { kind, columns, day } = header;
  const known = Object.entries(columnsOf(kind)).map(([name, { type }]) => ({ name, type }));
  const all = columns.flatMap((column, index): Field[] => {
    const place = known.findIndex(({ name }) => name === column);
    const { name, type } = known[place] ?? {};
    if (name === undefined || type === undefined) return [];
    return [{ index, place, name, type, readValue: readers[type] }];
  });
  // a day by itself is a time where no other column says one
  const fields =
    day === undefined
      ? all
      : all.sort((one, other) => Number(one.index === day) - Number(other.index === day));
  const map = kind === "test" ? testOf : outageOf;
  const [start, end] =
    kind === "test" ? [test.start_time, test.end_time] : [outage.outage_start, outage.outage_end];
  const ended = fields.find(({ place }) => place === end)?.index ?? -1;
  const blank: Row = known.map(() => null);
  return {
    read(values, payload) {
      // a list, since an object that gets its keys one after the other takes three times as long
      const row = blank.slice();
      for (const { index, place, name, type, readValue } of fields) {
        const value = day === undefined ? values[index] : onDay(values[index], values[day]);
        if (isEmpty(value)) continue;
        const read = readValue(value, context);
        if (read === undefined) return badValue(name, type, value);
        // of two columns for the same thing, the first that says something counts
        row[place] ??= read;
      }
      if (day !== undefined && isClock(values[ended])) {
        row[end] = afterMidnight(row[start] as Moment | null, row[end] as Moment | null);
      }
      return map(row, fields, payload);
    },
  };
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === "";
}

/** Each gives undefined for a value that is none of its type. */
const readers: Record<ColumnType, (value: unknown, context: FormatContext) => Value | undefined> = {
  text: readText,
  time: readTime,
  number: readNumber,
  integer: readInteger,
  boolean: readBoolean,
  json: readJson,
};

function readText(value: unknown): string | null | undefined {
  if (typeof value === "string") return isTrim(value) ? value : value.trim() || null;
  return typeof value === "object" ? undefined : String(value);
}

/** Whether a text begins and ends with a character of ASCII that is no blank. */
function isTrim(text: string): boolean {
  const [first, last] = [text.charCodeAt(0), text.charCodeAt(text.length - 1)];
  return first > 0x20 && first < 0x7f && last > 0x20 && last < 0x7f;
}

function readTime(value: unknown, context: FormatContext): Moment | undefined {
  const time = typeof value === "string" ? context.readTime(value) : null;
  if (time !== null) return time;
  return typeof value === "number" || epoch.test(plainText(value))
    ? (readEpoch(value) ?? undefined)
    : undefined;
}

// seconds since 1970, or milliseconds, in as many digits as those have today
const epoch = /^\s*\d{10}(\d{3}|\.\d+)?\s*$/;

// NaN and infinity are numbers that bronze takes; silver quarantines them.
function readNumber(value: unknown, { isCommaSeparated }: FormatContext): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value === "string" && simple.test(value)) return Number(value);
  const text = withoutGroups(plainText(value).trim());
  if (isCommaSeparated && grouped.test(text)) return Number(text.replaceAll(",", ""));
  if (/^[+-]?(\d+[.,]?\d*|[.,]\d+)(e[+-]?\d+)?$/i.test(text)) return Number(text.replace(",", "."));
  if (/^nan$/i.test(text)) return Number.NaN;
  const [, sign] = /^([+-]?)inf(inity)?$/i.exec(text) ?? [];
  if (sign === undefined) return undefined;
  return sign === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

const simple = /^-?\d+(\.\d+)?$/;

/** Without what stands between groups of three digits and is no comma: `1 234`, `1'234.5`, `1.234,5`. */
function withoutGroups(text: string): string {
  const [, group] = /^[+-]?[1-9]\d{0,2}([\s'’.])\d{3}/.exec(text) ?? [];
  const isGrouped =
    group === "."
      ? /^[^.]*(\.\d{3})+,\d+$/.test(text)
      : /^\D?\d+([\s'’]\d{3})+([.,]\d+)?$/.test(text);
  return group !== undefined && isGrouped ? text.replaceAll(group, "") : text;
}

// where commas part the columns, one in a number is no decimal comma
const grouped = /^[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d+)?$/;

function readInteger(value: unknown, context: FormatContext): number | undefined {
  const number = readNumber(value, context) ?? Number.NaN;
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

const test = placesOf(testColumns);
const outage = placesOf(outageColumns);

/** The place of each column in a row. */
function placesOf<Name extends string>(columns: Record<Name, Column>): Record<Name, number> {
  const places = Object.keys(columns).map((name, place) => [name, place] as const);
  return Object.fromEntries(places) as Record<Name, number>;
}

/** What names a row that has no name: its values. */
function identityOf(row: Row, fields: readonly Field[]): object {
  return Object.fromEntries(fields.map(({ name, place }) => [name, row[place] ?? null]));
}

function testOf(row: Row, fields: readonly Field[], payload: unknown): MappedTest {
  const start = row[test.start_time] as Moment | null;
  const runId = textOf(row[test.source_run_id]);
  const scenario = textOf(row[test.scenario_name]);
  return {
    kind: "test",
    sourceSystem: textOf(row[test.source_system]) ?? undefined,
    runId,
    identity: runId === null ? identityOf(row, fields) : undefined,
    scenario,
    status: textOf(row[test.status]),
    start,
    end: row[test.end_time] as Moment | null,
    durationMs:
      (row[test.duration_ms] as number | null) ??
      millisecondsOf(row[test.duration_seconds], row[test.duration_minutes]),
    error: textOf(row[test.error_message]),
    metadata: (row[test.metadata_json] ?? undefined) as Record<string, unknown> | undefined,
    recovery: recoveryOf(row, start),
    payload,
    isVerbatim: true,
    hints: { ownName: textOf(row[test.app_name]), title: scenario },
    appId: row[test.app_id] as number | null,
  };
}

function recoveryOf(row: Row, start: Moment | null): Recovery {
  const faultAt = row[test.fault_at] as Moment | null;
  const recoveryMs = millisecondsOf(row[test.recovery_seconds], row[test.recovery_minutes]);
  const said = row[test.recovered_at] as Moment | null;
  return {
    faultAt: faultAt ?? (recoveryMs === null ? null : start),
    detectedAt: row[test.detected_at] as Moment | null,
    recoveredAt: said ?? plus(faultAt ?? start, recoveryMs),
    isRecovered: row[test.is_recovered] as boolean | null,
    dataLossSeconds: row[test.data_loss_seconds] as number | null,
    recoveryBasis: textOf(row[test.recovery_basis]) as Recovery["recoveryBasis"],
  };
}

function millisecondsOf(seconds: Value | undefined, minutes: Value | undefined): number | null {
  if (typeof seconds === "number") return seconds * 1000;
  return typeof minutes === "number" ? minutes * 60_000 : null;
}

function outageOf(row: Row, fields: readonly Field[], payload: unknown): MappedOutage {
  const outageId = textOf(row[outage.outage_id]);
  return {
    kind: "outage",
    sourceSystem: textOf(row[outage.source_system]) ?? undefined,
    outageId,
    identity: outageId === null ? identityOf(row, fields) : undefined,
    start: row[outage.outage_start] as Moment | null,
    end: row[outage.outage_end] as Moment | null,
    cause: textOf(row[outage.cause]),
    metadata: (row[outage.metadata_json] ?? undefined) as Record<string, unknown> | undefined,
    payload,
    isVerbatim: true,
    hints: { ownName: textOf(row[outage.app_name]) },
    appId: row[outage.app_id] as number | null,
  };
}

function textOf(value: Value | undefined): string | null {
  return value === undefined || value === null ? null : String(value);
}
