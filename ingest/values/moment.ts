import { secondText } from "../../warehouse/time-text.ts";
import { isoText } from "./odd-times.ts";

/**
 * A point in time as text that PostgreSQL and `Date.parse` read alike: in UTC, with as many digits of
 * the second as needed, so that the same point is always the same text.
 */
export type Moment = string;

const form =
  /^(\d{4,5})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,12}))?)?)?\s*(Z|z|UTC|GMT|[+-]\d\d(?::?\d\d)?)?$/;

// What most tools write is a moment already. Later days of a month are looked at more closely.
const usual =
  /^(?!000[01])\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,6})?Z$/;

/**
 * An ISO 8601 time as text, also in the forms of `isoText`. Without a zone it is taken as UTC, which the tools mean that write none.
 * A day alone is its midnight. Anything else, a day or hour that does not exist, and the year 1, gives null.
 */
export function readMoment(value: unknown): Moment | null {
  if (typeof value !== "string") return null;
  if (usual.test(value)) return value[19] === "." ? trimmed(value) : value;
  const [, year, month, day, hour = "00", minute = "00", second = "00", fraction = "", zone = "Z"] =
    form.exec(value.trim()) ?? form.exec(isoText(value)) ?? [];
  if (year === undefined || month === undefined || day === undefined) return null;
  if (!isDay(Number(year), Number(month), Number(day))) return null;
  if (hour > "23" || minute > "59" || second > "60") return null;
  // PostgreSQL keeps six digits; what tools write beyond them is cut off.
  const digits = second === "60" ? "999999" : fraction.slice(0, 6).replace(/0+$/, "");
  const local = `${year}-${month}-${day}T${hour}:${minute}:${second === "60" ? "59" : second}`;
  const offset = offsetMinutes(zone);
  if (offset === 0) return withDigits(local, digits);
  if (offset === undefined || year.length > 4) return null;
  const utc = new Date(Date.parse(`${local}Z`) - offset * 60_000);
  return withDigits(utc.toISOString().slice(0, 19), digits);
}

/**
 * A number of seconds since 1970-01-01 UTC, or of milliseconds, microseconds or nanoseconds, which have 12, 15 or
 * 18 digits or more, as a number or text; null for other values.
 */
export function readEpoch(value: unknown): Moment | null {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  if (typeof number !== "number") return null;
  const size = Math.abs(number);
  const seconds = number / (size < 1e11 ? 1 : size < 1e14 ? 1e3 : size < 1e17 ? 1e6 : 1e9);
  if (!(Math.abs(seconds) < 250_000_000_000)) return null;
  const micros = Math.round(seconds * 1e6);
  const whole = Math.floor(micros / 1e6);
  const text = momentOf(whole * 1000)?.slice(0, 19);
  const digits = String(micros - whole * 1e6).padStart(6, "0");
  return text === undefined ? null : withDigits(text, digits.replace(/0+$/, ""));
}

/** A time as `readMoment` or `readEpoch` reads it; null for other values. */
export function readMomentOrEpoch(value: unknown): Moment | null {
  return readMoment(value) ?? readEpoch(value);
}

/** Whether a text is a time as `readEpoch` reads it, in as many digits as those have today. */
export function isEpochText(text: string): boolean {
  return /^\s*(\d{10}(\d{3}|\.\d+)?|1\d{15}|1\d{18})\s*$/.test(text);
}

/** Milliseconds since 1970-01-01 UTC as a moment; null outside of the years 1 to 9999. */
export function momentOf(ms: number): Moment | null {
  if (!(ms >= -62_135_596_800_000 && ms < 253_402_300_800_000)) return null;
  const whole = Math.trunc(ms);
  return secondText(whole) + fractions[whole - Math.floor(whole / 1000) * 1000];
}

/** How a moment with so many milliseconds ends. */
const fractions = Array.from({ length: 1000 }, (_, ms) =>
  ms === 0 ? "Z" : `.${String(ms).padStart(3, "0").replace(/0+$/, "")}Z`,
);

/** A time with digits of the second without those zeros at the end that say nothing. */
function trimmed(time: string): Moment {
  let end = time.length - 1;
  while (time[end - 1] === "0") end -= 1;
  if (time[end - 1] === ".") end -= 1;
  return end === time.length - 1 ? time : `${time.slice(0, end)}Z`;
}

/** The moment so many milliseconds later; null when one is missing. */
export function plus(moment: Moment | null, ms: number | null): Moment | null {
  if (moment === null || ms === null) return null;
  const added = momentOf(msOf(moment) + Math.round(ms));
  const micros = moment[19] === "." ? moment.slice(23, -1) : "";
  if (added === null || micros === "") return added;
  const [, kept = "", digits = ""] = /^(.{19})(?:\.(\d+))?Z$/.exec(added) ?? [];
  return withDigits(kept, digits.padEnd(3, "0") + micros);
}

/** Milliseconds from one moment to another; null when one is missing. */
export function between(from: Moment | null, to: Moment | null): number | null {
  if (from === null || to === null) return null;
  const ms = msOf(to) - msOf(from);
  return Number.isNaN(ms) ? null : ms;
}

/** The last of some moments; null when there is none. */
export function latest(moments: readonly (Moment | null)[]): Moment | null {
  return sorted(moments).at(-1) ?? null;
}

/** The first of some moments; null when there is none. */
export function earliest(moments: readonly (Moment | null)[]): Moment | null {
  return sorted(moments)[0] ?? null;
}

function sorted(moments: readonly (Moment | null)[]): Moment[] {
  return moments.filter((moment) => moment !== null).sort((one, other) => msOf(one) - msOf(other));
}

let knownDay = "";
let knownMs = Number.NaN;

/** What `Date.parse` gives for a moment; nearly every one is of the day of the one before. */
function msOf(moment: Moment): number {
  // a year of five digits
  if (moment[4] !== "-") return Date.parse(moment);
  if (!moment.startsWith(knownDay) || knownDay === "") {
    knownDay = moment.slice(0, 10);
    knownMs = Date.parse(knownDay);
  }
  const minutes = twoDigits(moment, 11) * 60 + twoDigits(moment, 14);
  const fraction =
    moment[19] === "." ? Number(moment.slice(19, Math.min(23, moment.length - 1))) : 0;
  return knownMs + (minutes * 60 + twoDigits(moment, 17)) * 1000 + Math.round(fraction * 1000);
}

function twoDigits(text: string, at: number): number {
  return text.charCodeAt(at) * 10 + text.charCodeAt(at + 1) - 11 * 48;
}

function withDigits(text: string, digits: string): Moment {
  return digits === "" ? `${text}Z` : `${text}.${digits}Z`;
}

function isDay(year: number, month: number, day: number): boolean {
  // Go and .NET write the first day of year 1 where they have no time
  if (year < 2 || month < 1 || month > 12 || day < 1) return false;
  return day <= 28 || day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
}

/** Minutes ahead of UTC; undefined when no place on earth is that far. */
function offsetMinutes(zone: string): number | undefined {
  if (!zone.startsWith("+") && !zone.startsWith("-")) return 0;
  const digits = zone.slice(1).replace(":", "").padEnd(4, "0");
  const [hours, minutes] = [Number(digits.slice(0, 2)), Number(digits.slice(2))];
  if (hours > 15 || minutes > 59) return undefined;
  return (zone.startsWith("-") ? -1 : 1) * (hours * 60 + minutes);
}
