import { isEpochText, type Moment, readEpoch } from "../values/moment.ts";
import { isObject, plainText } from "../values/shape.ts";
import type { ColumnType } from "./canonical-columns.ts";
import type { FormatContext } from "./format.ts";

/** A value of a column. */
export type Value = Moment | string | number | boolean | object | null;

/** What reads a value of each type of column: null when it says nothing, undefined when it is none of its type. */
export const readers: Record<
  ColumnType,
  (value: unknown, context: FormatContext) => Value | undefined
> = {
  text: readText,
  time: readTime,
  number: readNumber,
  integer: readInteger,
  boolean: readBoolean,
  json: readJson,
};

function readText(value: unknown): string | null | undefined {
  if (typeof value === "string") return isTrim(value) ? value : value.trim() || null;
  return typeof value === "object" ? undefined : String(value);
}

/** Whether a text begins and ends with a character of ASCII that is no blank. */
function isTrim(text: string): boolean {
  const [first, last] = [text.charCodeAt(0), text.charCodeAt(text.length - 1)];
  return first > 0x20 && first < 0x7f && last > 0x20 && last < 0x7f;
}

function readTime(value: unknown, context: FormatContext): Moment | null | undefined {
  const time = typeof value === "string" ? context.readTime(value) : null;
  if (time !== null || saysNoTime.test(plainText(value))) return time;
  return typeof value === "number" || isEpochText(plainText(value))
    ? (readEpoch(value) ?? undefined)
    : undefined;
}

/** The same reader, for which times without an offset are of UTC whatever the time zone. */
export function inUtc<Read>(
  read: (value: unknown, context: FormatContext) => Read,
): (value: unknown, context: FormatContext) => Read {
  return (value, context) =>
    read(value, { ...context, readTime: (text) => context.readTime(text, true) });
}

// the zero of a time in Go and .NET
const saysNoTime = /^\s*0001-01-01(?!\d)/;

/** A number, also in groups of digits. NaN and infinity are numbers that bronze takes; silver quarantines them. */
export function readNumber(
  value: unknown,
  { isCommaSeparated }: FormatContext,
): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value === "string" && simple.test(value)) return Number(value);
  const text = withoutGroups(plainText(value).trim());
  if (isCommaSeparated && grouped.test(text)) return Number(text.replaceAll(",", ""));
  if (/^[+-]?(\d+[.,]?\d*|[.,]\d+)(e[+-]?\d+)?$/i.test(text)) return Number(text.replace(",", "."));
  if (/^nan$/i.test(text)) return Number.NaN;
  const [, sign] = /^([+-]?)inf(inity)?$/i.exec(text) ?? [];
  if (sign === undefined) return undefined;
  return sign === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

const simple = /^-?\d+(\.\d+)?$/;

/** Without what stands between groups of three digits and is no comma: `1 234`, `1'234.5`, `1.234,5`. */
function withoutGroups(text: string): string {
  const [, group] = /^[+-]?[1-9]\d{0,2}([\s'’.])\d{3}/.exec(text) ?? [];
  const isGrouped =
    group === "."
      ? /^[^.]*(\.\d{3})+,\d+$/.test(text)
      : /^\D?\d+([\s'’]\d{3})+([.,]\d+)?$/.test(text);
  return group !== undefined && isGrouped ? text.replaceAll(group, "") : text;
}

// where commas part the columns, one in a number is no decimal comma
const grouped = /^[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d+)?$/;

function readInteger(value: unknown, context: FormatContext): number | undefined {
  const number = readNumber(value, context) ?? Number.NaN;
  return Number.isInteger(number) && Math.abs(number) < 2 ** 31 ? number : undefined;
}

function readBoolean(value: unknown): boolean | undefined {
  if (typeof value === "boolean") return value;
  const word = plainText(value).trim().toLowerCase();
  if (["true", "t", "yes", "y", "1"].includes(word)) return true;
  return ["false", "f", "no", "n", "0"].includes(word) ? false : undefined;
}

/** What a column such as `Passed` or `Success` says, as an outcome: yes or no, or a word for one. */
export function readPassed(value: unknown): string | null | undefined {
  const passed = readBoolean(value);
  return passed === undefined ? readText(value) : passed ? "passed" : "failed";
}

/** What a column `Recovered` says: yes or no, or when. */
export function readRecovered(value: unknown, context: FormatContext): Value | undefined {
  return readBoolean(value) ?? readTime(value, context);
}

function readJson(value: unknown): object | undefined {
  if (isObject(value)) return value;
  try {
    const parsed: unknown = JSON.parse(plainText(value));
    return isObject(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}
