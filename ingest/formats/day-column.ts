import { between, type Moment, plus } from "../values/moment.ts";

const clock = /^\s*\d{1,2}:\d\d(:\d\d)?(\s*[ap]\.?m\.?)?\s*$/i;
const dayMs = 86_400_000;

/** The column that holds the day of the times of day in other columns; undefined when there is none. */
export function dayColumn(names: readonly string[]): number | undefined {
  const index = names.findIndex((name) =>
    /^\s*((start|test|drill|exercise|execution)[ _-]?)?(date|day)\s*$/i.test(name),
  );
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

/** The end of a row whose end is a time of day: one before the start is of the next day. */
export function afterMidnight(start: Moment | null, end: Moment | null): Moment | null {
  const length = between(start, end);
  return length !== null && length < 0 ? plus(end, dayMs) : end;
}
