import { RunnerError } from "../runner/errors.ts";

/** A calendar day in UTC as `YYYY-MM-DD`; sorts as text. */
export type UtcDay = string;

/** Milliseconds of a UTC day. */
export const dayLengthMs = 86_400_000;

/** Takes `YYYY-MM-DD` and gives it back when it is a real day; throws a `USAGE` error else. */
export function parseDay(text: string, option: string): UtcDay {
  const start = Date.parse(`${text}T00:00:00Z`);
  if (!/^\d{4}-\d\d-\d\d$/.test(text) || Number.isNaN(start) || toDay(start) !== text) {
    throw new RunnerError("USAGE", `${option} is not a day: ${JSON.stringify(text)}`, {
      hint: "Write it as YYYY-MM-DD, for example 2026-01-05.",
    });
  }
  return text;
}

/** Milliseconds from 1970-01-01 UTC to the start of the day. */
export function startOfDay(day: UtcDay): number {
  return Date.parse(`${day}T00:00:00Z`);
}

/** Days from 1970-01-01 to the day; negative before. */
export function dayNumber(day: UtcDay): number {
  return startOfDay(day) / dayLengthMs;
}

/** The day so many days later, or earlier when `count` is negative. */
export function addDays(day: UtcDay, count: number): UtcDay {
  return toDay(startOfDay(day) + count * dayLengthMs);
}

/** `count` days, from the first one on. */
export function daysFrom(first: UtcDay, count: number): UtcDay[] {
  return Array.from({ length: count }, (_, index) => addDays(first, index));
}

/** From one day to another, both included; throws a `USAGE` error when they are the wrong way round. */
export function daysBetween(from: UtcDay, last: UtcDay): { from: UtcDay; days: number } {
  if (from > last) {
    throw new RunnerError("USAGE", `the first day, ${from}, is after the last one, ${last}`, {
      hint: "Give an earlier --from or a later --date.",
    });
  }
  return { from, days: dayNumber(last) - dayNumber(from) + 1 };
}

/** The last day that is over at `now` (milliseconds since 1970-01-01 UTC). */
export function lastCompleteDay(now: number): UtcDay {
  return toDay(now - dayLengthMs);
}

/** Ascending days as text in which neighbours are joined: `2026-01-01 to 2026-01-03, 2026-01-07`. */
export function describeDays(days: readonly UtcDay[]): string {
  const ranges: { first: UtcDay; last: UtcDay }[] = [];
  for (const day of days) {
    const current = ranges.at(-1);
    if (current !== undefined && addDays(current.last, 1) === day) current.last = day;
    else ranges.push({ first: day, last: day });
  }
  return ranges
    .map(({ first, last }) => (first === last ? first : `${first} to ${last}`))
    .join(", ");
}

function toDay(time: number): UtcDay {
  return new Date(time).toISOString().slice(0, 10);
}
