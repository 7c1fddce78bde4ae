import { between, type Moment, plus } from "../values/moment.ts";
import { inUtc, type Value } from "./canonical-values.ts";
import type { FormatContext } from "./format.ts";

const clock = /^\s*\d{1,2}:\d\d(:\d\d)?(\s*[ap]\.?m\.?)?\s*$/i;
const dayMs = 86_400_000;

/** The column that holds the day of the times of day in other columns; undefined when there is none. */
export function dayColumn(names: readonly string[]): number | undefined {
  return indexOf(
    names,
    /^\s*((start|test|drill|exercise|execution)[ _-]?)?(date|day)( of (the )?(test|drill|exercise))?\s*$/i,
  );
}

/** The column that holds the day of the end alone; undefined when there is none. */
export function endDayColumn(names: readonly string[]): number | undefined {
  return indexOf(names, /^\s*(end|finish)[ _-]?(date|day)\s*$/i);
}

function indexOf(names: readonly string[], pattern: RegExp): number | undefined {
  const index = names.findIndex((name) => pattern.test(name));
  return index < 0 ? undefined : index;
}

/** A time of day with the day of its row; any other value as it is. */
export function onDay(value: unknown, day: unknown): unknown {
  if (!isClock(value) || typeof day !== "string" || day.trim() === "") return value;
  return `${day.trim()} ${value.trim().replace(/^\d:/, "0$&")}`;
}

/** Whether a value is a time of day alone. */
export function isClock(value: unknown): value is string {
  return typeof value === "string" && clock.test(value);
}

/** Whether a value says a time of day, alone or behind a day, or is a point in time as a number. */
export function hasClock(value: unknown): boolean {
  return typeof value === "number" || /\d[:T]\d|^\s*\d{9,}/.test(String(value ?? ""));
}

/** Whether a time of day is before the start of its row: then it is one of the next day. */
export function isBefore(time: Moment | null, start: Moment | null): boolean {
  const length = between(start, time);
  return length !== null && length < 0;
}

/**
 * A time of day with its day, on the next day. It is read again, since the clocks may change in that night and the next
 * day then begins an hour earlier or later.
 */
export function onNextDay(
  value: unknown,
  read: (value: unknown, context: FormatContext) => Value | undefined,
  context: FormatContext,
): Value {
  // as the clocks show it: in UTC each day has 24 hours
  const shown = inUtc(read)(value, context);
  const next = typeof shown === "string" ? plus(shown, dayMs) : null;
  return next === null ? null : (read(next.replace("Z", ""), context) ?? null);
}
