import { between, type Moment, plus } from "../values/moment.ts";

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

/** A time of day after the start of its row: one before the start is of the next day. */
export function afterMidnight(start: Moment | null, time: Moment | null): Moment | null {
  const length = between(start, time);
  return length !== null && length < 0 ? plus(time, dayMs) : time;
}
