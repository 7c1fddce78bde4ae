import { plainText } from "../values/shape.ts";
import { readNumber } from "./canonical-values.ts";
import type { FormatContext } from "./format.ts";

/** Reads a length in seconds: null when it has no unit, undefined when it is none. */
export type LengthReader = (value: unknown, context: FormatContext) => number | null | undefined;

const units: [string, number][] = [
  ["ms|msecs?|millis|milliseconds?", 0.001],
  ["s|secs?|seconds?", 1],
  ["m|mins?|minutes?", 60],
  ["h|hrs?|hours?", 3600],
  ["d|days?", 86_400],
];

/** Names of units of time, for a regular expression. */
export const unitPattern = units.map(([names]) => names).join("|");

const parts = new RegExp(`(\\d+(?:[.,\\s'’]\\d+)*)\\s*(${unitPattern})(?![a-z])\\.?`, "gi");
const longestText = 100;
const iso = /^p(?:(\d+)d)?(?:t(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m)?(?:(\d+(?:\.\d+)?)s)?)?$/i;

/**
 * What reads the lengths of a column: `45 min`, `1h 30m`, `PT45M`, `0:45:00`, and numbers where `unit` says
 * what they are. `unit`: a name of one, or the form of a clock such as `hh:mm`.
 */
export function lengthReader(unit: string | undefined): LengthReader {
  const perUnit = secondsOf(unit);
  return (value, context) => {
    const number = readNumber(value, context);
    if (number !== undefined) return perUnit === undefined ? null : number * perUnit;
    const text = plainText(value).trim();
    const clock = clockSeconds(text, unit);
    return clock === undefined ? (isoSeconds(text) ?? spelledSeconds(text, context)) : clock;
  };
}

function secondsOf(unit: string | undefined): number | undefined {
  return units.find(([names]) => new RegExp(`^(${names})$`, "i").test(unit ?? ""))?.[1];
}

/** A clock of two parts may be hours and minutes or minutes and seconds: null without a form. */
function clockSeconds(text: string, form = ""): number | null | undefined {
  const [, first, second, third] =
    /^(\d{1,4}):([0-5]\d)(?::([0-5]\d(?:[.,]\d+)?))?$/.exec(text) ?? [];
  if (first === undefined) return undefined;
  const [high, low] = [Number(first), Number(second)];
  if (third !== undefined) return high * 3600 + low * 60 + Number(third.replace(",", "."));
  if (form.startsWith("h")) return high * 3600 + low * 60;
  return form.startsWith("m") ? high * 60 + low : null;
}

function isoSeconds(text: string): number | undefined {
  const [found, days, hours, minutes, seconds] = iso.exec(text) ?? [];
  if (found === undefined || !/\d/.test(found)) return undefined;
  const [d, h, m, s] = [days, hours, minutes, seconds].map((each) => Number(each ?? 0)) as [
    number,
    number,
    number,
    number,
  ];
  return d * 86_400 + h * 3600 + m * 60 + s;
}

/** `1 hour, 30 minutes`; undefined when there is anything else in the text. */
function spelledSeconds(text: string, context: FormatContext): number | undefined {
  // the pattern would look at a long row of digits from each of them to the end
  if (text.length > longestText) return undefined;
  if (
    text
      .replace(parts, "")
      .replace(/,|\band\b/gi, "")
      .trim() !== ""
  )
    return undefined;
  const found = [...text.matchAll(parts)];
  if (found.length === 0) return undefined;
  return found.reduce<number | undefined>((sum, [, number, unit]) => {
    const length = readNumber(number, context);
    if (sum === undefined || length === undefined) return undefined;
    return sum + length * (secondsOf(unit) ?? 0);
  }, 0);
}
