import type { Mapped, MappedOutage, MappedTest } from "../mapped.ts";
import type { JsonText } from "../values/canonical-json.ts";
import type { Moment } from "../values/moment.ts";
import { redact } from "../values/redact.ts";
import { type ColumnType, columnsOf } from "./canonical-columns.ts";
import {
  type Field,
  fieldsOf,
  isEmpty,
  outagePlaces as outage,
  type Row,
  saysNothing,
  testPlaces as test,
  textOf,
} from "./canonical-fields.ts";
import type { Header } from "./canonical-header.ts";
import { millisecondsOf, orNever, recoveryOf, saysRecovery } from "./canonical-recovery.ts";
import { hasClock, isBefore, isClock, onDay, onNextDay } from "./day-column.ts";
import type { FormatContext } from "./format.ts";
import { outcomeReader } from "./outcome-columns.ts";
import { identityReader } from "./row-identity.ts";

/** Where values of one header go. */
export interface RowReader {
  /** Takes the values in the order of the header, and what the source sent; gives one row. */
  read(values: readonly unknown[], payload: unknown): Mapped;
}

/** Reads rows that have the header's columns. A value that its column cannot take sets the row aside. */
export function canonicalReader(header: Header, context: FormatContext): RowReader {
  const { kind, day, endDay } = header;
  const [id, start, end] =
    kind === "test"
      ? [test.source_run_id, test.start_time, test.end_time]
      : [outage.outage_id, outage.outage_start, outage.outage_end];
  const fields = fieldsOf(header).map((field) =>
    field.place === id ? withoutNothing(field) : kind === "test" ? orNever(field) : field,
  );
  const outcomeOf = outcomeReader(fields, context);
  const identityOf = identityReader(header, fields, context);
  const times = fields.filter(({ place, type }) => type === "time" && place !== start);
  const moments = fields.flatMap(({ index, type }) => (type === "time" ? [index] : []));
  const blank: Row = Object.keys(columnsOf(kind)).map(() => null);
  const hasRecovery = kind === "test" && fields.some(saysRecovery);
  const isNumbered = fields.some(({ isNumber }) => isNumber);
  /** The day of the time of day in a field. */
  function dayOf({ place }: Field, values: readonly unknown[]): unknown {
    const ownDay = place === end && endDay !== undefined ? values[endDay] : undefined;
    return isEmpty(ownDay) ? values[day ?? -1] : ownDay;
  }
  /** Puts values into a row; gives what is wrong with one. */
  function fill(row: Row, values: readonly unknown[]): Mapped | undefined {
    for (const field of fields) {
      const { index, place, name, type, readValue } = field;
      const value =
        day !== undefined && type === "time"
          ? onDay(values[index], dayOf(field, values))
          : values[index];
      if (isEmpty(value)) continue;
      const read = readValue(value, context);
      if (read === undefined && !saysNothing(value)) return badValue(name, type, value);
      // of two columns for the same thing, the first that says something counts
      row[place] ??= read ?? null;
    }
    return undefined;
  }
  /** Gives the next day to times of day before the start of their row. */
  function passMidnight(row: Row, values: readonly unknown[], day: number): void {
    for (const field of times) {
      const { index, place, readValue } = field;
      const [value, own] = [values[index], dayOf(field, values)];
      if (!isClock(value) || own !== values[day]) continue;
      if (isBefore(row[place] as Moment | null, row[start] as Moment | null)) {
        row[place] = onNextDay(onDay(value, own), readValue, context);
      }
    }
  }
  return {
    read(values, payload) {
      // a list, since an object that gets its keys one after the other takes three times as long
      const row = blank.slice();
      const bad = fill(row, values);
      if (bad !== undefined) return bad;
      if (day !== undefined) passMidnight(row, values, day);
      const identity = row[id] === null ? identityOf(row, values, payload) : undefined;
      if (kind === "outage") return outageOf(row, payload, identity);
      const isOneDay =
        row[end] !== null && row[end] === row[start] && !moments.some((at) => hasClock(values[at]));
      const outcome = outcomeOf(values);
      return testOf(row, payload, { identity, hasRecovery, isOneDay, isNumbered, outcome });
    },
  };
}

/** A field in which "n/a" is no value: as an id, many rows would have it. */
function withoutNothing(field: Field): Field {
  const { readValue } = field;
  return {
    ...field,
    readValue: (value, context) => (saysNothing(value) ? undefined : readValue(value, context)),
  };
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

/** What is known of a test beside its row. */
interface Beside {
  /** Of a test without a run id. */
  identity: JsonText | undefined;
  hasRecovery: boolean;
  /** Whether its start and end are the same day and no time of day, so that their distance is no length. */
  isOneDay: boolean;
  /** Whether its run id may be the number of a row. */
  isNumbered: boolean;
  outcome: string | undefined;
}

function testOf(
  row: Row,
  payload: unknown,
  { identity, hasRecovery, isOneDay, isNumbered, outcome }: Beside,
): MappedTest {
  const start = row[test.start_time] as Moment | null;
  const runId = runIdOf(row, isNumbered);
  const scenario = textOf(row[test.scenario_name]);
  const durationMs =
    (row[test.duration_ms] as number | null) ??
    millisecondsOf(row[test.duration_seconds], row[test.duration_minutes]);
  const hasNoLength = isOneDay && durationMs === null;
  const recovery = recoveryOf(row, start, hasRecovery || hasNoLength);
  return {
    kind: "test",
    sourceSystem: textOf(row[test.source_system]) ?? undefined,
    runId,
    identity,
    scenario,
    status: outcome ?? textOf(row[test.status]) ?? textOf(row[test.passed]),
    start,
    // a test of which nothing else says how long it was went on until the recovery
    end:
      (row[test.end_time] as Moment | null) ?? (durationMs === null ? recovery.recoveredAt : null),
    durationMs,
    error: redact(textOf(row[test.error_message])),
    metadata: (row[test.metadata_json] ?? undefined) as Record<string, unknown> | undefined,
    recovery,
    payload,
    isVerbatim: true,
    hints: { ownName: textOf(row[test.app_name]), title: scenario },
    appId: row[test.app_id] as number | null,
  };
}

/**
 * The name of a test in its source. A number out of a column `ID` names it together with what was tested and when,
 * unless the row says its source: forms and spreadsheets number their rows from 1 on, each file anew.
 */
function runIdOf(row: Row, isNumbered: boolean): string | null {
  const id = textOf(row[test.source_run_id]);
  if (!isNumbered || id === null || !rowNumber.test(id)) return id;
  if (row[test.source_system] !== null) return id;
  return [id, ...tested.flatMap((place) => textOf(row[place]) ?? [])].join(" / ");
}

const rowNumber = /^\d{1,6}$/;
const tested = [test.app_name, test.app_id, test.scenario_name, test.start_time];

function outageOf(row: Row, payload: unknown, identity: JsonText | undefined): MappedOutage {
  const outageId = textOf(row[outage.outage_id]);
  return {
    kind: "outage",
    sourceSystem: textOf(row[outage.source_system]) ?? undefined,
    outageId,
    identity,
    start: row[outage.outage_start] as Moment | null,
    end: row[outage.outage_end] as Moment | null,
    cause: redact(textOf(row[outage.cause])),
    metadata: (row[outage.metadata_json] ?? undefined) as Record<string, unknown> | undefined,
    payload,
    isVerbatim: true,
    hints: { ownName: textOf(row[outage.app_name]) },
    appId: row[outage.app_id] as number | null,
  };
}
