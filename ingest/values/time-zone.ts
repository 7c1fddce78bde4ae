import { RunnerError } from "../../runner/errors.ts";
import { type Moment, plus } from "./moment.ts";

const hourMs = 3_600_000;
const firstMs = Date.UTC(1900, 0, 1);

/**
 * Takes the name of a time zone, such as `Europe/Berlin`, and returns a function that turns a local
 * time, read as if it were UTC, into the moment. An hour that occurs twice is the first one; a
 * skipped hour is counted from before the change. Years before 1900 are unchanged. Throws a `USAGE`
 * error for an unknown name.
 */
export function zoneReader(name: string): (clock: Moment) => Moment | null {
  const offsetAt = offsets(name);
  return (clock) => {
    const ms = Date.parse(clock);
    if (!(ms > firstMs)) return clock;
    // a day before and after: the offsets on both sides of a change
    const [early, late] = [offsetAt(ms - 24 * hourMs), offsetAt(ms + 24 * hourMs)];
    const isLate = offsetAt(ms - early) !== early && offsetAt(ms - late) === late;
    return plus(clock, isLate ? -late : -early);
  };
}

/** Milliseconds that the clocks of a zone are ahead of UTC at a moment; the same within a quarter of an hour. */
function offsets(name: string): (ms: number) => number {
  const known = new Map<number, number>();
  const format = formatOf(name);
  return (ms) => {
    const quarter = Math.floor(ms / (hourMs / 4));
    const offset = known.get(quarter) ?? offsetOf(format, quarter * (hourMs / 4));
    if (known.size > 10_000) known.clear();
    known.set(quarter, offset);
    return offset;
  };
}

function offsetOf(format: Intl.DateTimeFormat, ms: number): number {
  const parts = Object.fromEntries(
    format.formatToParts(ms).map(({ type, value }) => [type, value]),
  );
  const { year, month, day, hour, minute, second } = parts;
  return Date.parse(`${year?.padStart(4, "0")}-${month}-${day}T${hour}:${minute}:${second}Z`) - ms;
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const two = "2-digit";
  const clock = { hour: two, minute: two, second: two, hourCycle: "h23" } as const;
  try {
    return new Intl.DateTimeFormat("en", {
      ...{ timeZone, year: "numeric", month: two, day: two },
      ...clock,
    });
  } catch {
    throw new RunnerError(
      "USAGE",
      `--time-zone is none that there is: ${JSON.stringify(timeZone)}`,
      {
        hint: "Give a name as Europe/Berlin, America/New_York or UTC.",
      },
    );
  }
}
