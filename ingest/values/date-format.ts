import { RunnerError } from "../../runner/errors.ts";
import { type Moment, readMoment } from "./moment.ts";
import { isoText, zoneLetters } from "./odd-times.ts";
import { zoneReader } from "./time-zone.ts";

/** Reads a time; null for a text that is none. `isUtc`: without an offset, it is one of UTC whatever the time zone. */
export type TimeReader = (text: string, isUtc?: boolean) => Moment | null;

const parts: Record<string, string> = {
  YYYY: "(?<year>\\d{4})",
  YY: "(?<shortYear>\\d{2})",
  MM: "(?<month>\\d{1,2})",
  M: "(?<month>\\d{1,2})",
  DD: "(?<day>\\d{1,2})",
  D: "(?<day>\\d{1,2})",
  HH: "(?<hour>\\d{1,2})",
  H: "(?<hour>\\d{1,2})",
  hh: "(?<hour>\\d{1,2})",
  h: "(?<hour>\\d{1,2})",
  mm: "(?<minute>\\d{1,2})",
  ss: "(?<second>\\d{1,2})",
  SSS: "(?<fraction>\\d{1,6})",
  A: "(?<half>[AaPp]\\.?[Mm]\\.?)",
  Z: "(?<zone>Z|[+-]\\d\\d:?\\d\\d)",
};

/**
 * Takes a form as `DD.MM.YYYY HH:mm` and returns what reads times of it, else of ISO 8601: a moment,
 * or null. The time of day may be left out of a value. A value without an offset, or with letters of a zone
 * that several countries use, is a time of the clocks of `timeZone`; without an offset, it is one of UTC when there
 * is none. Throws a `USAGE` error for a form without day, month and year, or with a part twice, and for an unknown
 * time zone.
 */
export function dateReader(format: string | undefined, timeZone?: string): TimeReader {
  if (format === undefined && timeZone === undefined) return readMoment;
  const pattern = format === undefined ? undefined : patternOf(format);
  const fromClock = timeZone === undefined ? (clock: Moment) => clock : zoneReader(timeZone);
  const read = (text: string, isUtc: boolean) =>
    readMoment(text) ?? (timeZone === undefined || isUtc ? null : readMoment(withoutLetters(text)));
  return (text, isUtc = false) => {
    const found = pattern?.exec(text.trim())?.groups;
    const moment = found === undefined ? read(text, isUtc) : momentOfParts(found);
    const hasOffset =
      found === undefined ? isoOffset.test(isoText(text)) : found.zone !== undefined;
    return moment === null || hasOffset || isUtc ? moment : fromClock(moment);
  };
}

function withoutLetters(text: string): string {
  return text.trim().replace(zoneLetters, "").replace(/ +/g, " ");
}

const isoOffset = /[T\s].*(Z|UTC|GMT|[+-]\d\d(:?\d\d)?)\s*$/i;

function patternOf(format: string): RegExp {
  const time = format.search(/[T\s]*(HH|hh|H|h)/);
  const [day, rest] = time < 0 ? [format, ""] : [format.slice(0, time), format.slice(time)];
  const source = `^${translate(day)}(?:${translate(rest)})?$`;
  try {
    const pattern = new RegExp(source, "u");
    if (/<(y|shortY)ear>/.test(source) && /<month>/.test(source) && /<day>/.test(source)) {
      return pattern;
    }
  } catch {
    // a part that occurs twice
  }
  throw new RunnerError(
    "USAGE",
    `--date-format is none that can be read: ${JSON.stringify(format)}`,
    {
      hint: "Write it with YYYY or YY, MM, DD, HH (or hh and A), mm, ss, SSS and Z, for example DD.MM.YYYY HH:mm.",
    },
  );
}

function translate(format: string): string {
  return format.replace(
    /YYYY|YY|MM|M|DD|D|HH|H|hh|h|mm|ss|SSS|A|Z|./gs,
    (part) =>
      parts[part] ?? (/\s/.test(part) ? "\\s*" : part.replace(/[\\^$.*+?()[\]{}|/]/, "\\$&")),
  );
}

function momentOfParts(found: Record<string, string | undefined>): Moment | null {
  const two = (value: string | undefined) => (value ?? "0").padStart(2, "0");
  const year = found.year ?? `20${found.shortYear}`;
  const day = `${year}-${two(found.month)}-${two(found.day)}`;
  const clock = `${two(hourOf(found))}:${two(found.minute)}:${two(found.second)}`;
  return readMoment(`${day}T${clock}.${found.fraction ?? "0"}${found.zone ?? "Z"}`);
}

function hourOf({ hour, half }: Record<string, string | undefined>): string | undefined {
  if (half === undefined || hour === undefined) return hour;
  return String((Number(hour) % 12) + (/^p/i.test(half) ? 12 : 0));
}
