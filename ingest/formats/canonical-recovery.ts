import type { Recovery } from "../mapped.ts";
import { type Moment, plus } from "../values/moment.ts";
import { plainText } from "../values/shape.ts";
import { type Field, type Row, testPlaces as test, textOf } from "./canonical-fields.ts";
import type { Value } from "./canonical-values.ts";

/**
 * The recovery in the row of a test that began at `start`. `isKnown`: whether the row would say when it recovered, so that
 * its length does not stand for that.
 */
export function recoveryOf(row: Row, start: Moment | null, isKnown: boolean): Recovery {
  const faultAt = row[test.fault_at] as Moment | null;
  const recoveryMs = millisecondsOf(row[test.recovery_seconds], row[test.recovery_minutes]);
  // a column `Recovered` may hold yes or no, or the time
  const said = row[test.is_recovered] as boolean | Moment | null;
  const isNever = times.some((place) => row[place] === false || row[place] === Infinity);
  const isRecovered = typeof said === "boolean" ? said : isNever ? false : null;
  const at = row[test.recovered_at];
  const recoveredAt =
    typeof at === "string"
      ? at
      : typeof said === "string"
        ? said
        : plus(faultAt ?? start, recoveryMs);
  const basis = textOf(row[test.recovery_basis]) as Recovery["recoveryBasis"];
  // who has a column for the recovery and leaves it empty did not measure it
  const isUnmeasured = isKnown && recoveredAt === null && isRecovered === null;
  return {
    faultAt: faultAt ?? (recoveryMs === null ? null : start),
    detectedAt: row[test.detected_at] as Moment | null,
    recoveredAt,
    isRecovered,
    dataLossSeconds: row[test.data_loss_seconds] as number | null,
    recoveryBasis: basis ?? (isUnmeasured ? "none" : null),
  };
}

/** Whether a field says when a test recovered, or whether it did. */
export function saysRecovery({ place }: Field): boolean {
  return place === test.is_recovered || times.includes(place);
}

const times: readonly number[] = [test.recovered_at, test.recovery_seconds, test.recovery_minutes];

/** A field in which people may also write that the test did not recover, which is `false`: `not recovered`, `> 4h`. */
export function orNever(field: Field): Field {
  if (!saysRecovery(field)) return field;
  const { readValue } = field;
  return {
    ...field,
    readValue: (value, context) =>
      never.test(plainText(value)) ? false : readValue(value, context),
  };
}

const never =
  /^\s*(((has|have|did|was|is)\s*(not|n['’]t)|not|never|un)[\s_-]*(yet\s+)?(recover(ed)?|restored?)|never|no[\s_-]+recovery|[>≥]\s*\d.*)\W*$/i;

/** Milliseconds of a length in seconds or minutes; null where neither is a number. */
export function millisecondsOf(
  seconds: Value | undefined,
  minutes: Value | undefined,
): number | null {
  if (typeof seconds === "number") return seconds * 1000;
  return typeof minutes === "number" ? minutes * 60_000 : null;
}
