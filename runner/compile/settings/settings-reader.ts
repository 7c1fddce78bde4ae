import { readDuration } from "../../text/duration.ts";
import { nearestNames } from "../../text/nearest-names.ts";

/** Reads untyped settings strictly; everything that is wrong becomes a sentence in `problems`. */
export interface SettingsReader {
  problems: string[];
  /** The object's own entries; keys that are not among `keys` are a problem with the nearest ones. */
  object(value: unknown, path: string, keys?: readonly string[]): Record<string, unknown>;
  list(value: unknown, path: string): unknown[];
  text(value: unknown, path: string): string | undefined;
  /** A text or a list of texts, none of them empty; at least one. */
  texts(value: unknown, path: string): string[];
  flag(value: unknown, path: string): boolean | undefined;
  integer(value: unknown, path: string, from: number, to: number): number | undefined;
  number(value: unknown, path: string, from: number, to: number): number | undefined;
  /** `12 hours` as milliseconds, more than 0. */
  duration(value: unknown, path: string): number | undefined;
  /** One of the given words, whatever its case. */
  word<Word extends string>(value: unknown, path: string, words: readonly Word[]): Word | undefined;
}

/** Makes a reader without problems. An `undefined` value is absent and never a problem. */
export function settingsReader(): SettingsReader {
  const problems: string[] = [];
  const wrong = (path: string, wanted: string, value: unknown) => {
    problems.push(`${path} must be ${wanted}, and is ${described(value)}`);
  };
  const text = (value: unknown, path: string): string | undefined => {
    if (value === undefined) return undefined;
    if (typeof value === "string" && value.trim() !== "" && !value.includes("\0")) return value;
    wrong(path, "a text that is not empty", value);
    return undefined;
  };
  const list = (value: unknown, path: string): unknown[] => {
    if (value === undefined) return [];
    if (Array.isArray(value)) return value;
    wrong(path, "a list", value);
    return [];
  };
  return {
    problems,
    text,
    list,
    object: (value, path, keys) => {
      if (value === undefined) return {};
      if (!isObject(value)) {
        wrong(path, "an object", value);
        return {};
      }
      problems.push(...unknownKeys(value, path, keys));
      return value;
    },
    texts: (value, path) => {
      if (value === undefined) return [];
      const items = typeof value === "string" ? [value] : list(value, path);
      if (Array.isArray(value) && value.length === 0) wrong(path, "a list with an entry", value);
      return items.flatMap((item, index) => text(item, `${path}[${index}]`) ?? []);
    },
    flag: (value, path) => {
      if (value === undefined || typeof value === "boolean") return value;
      wrong(path, "true or false", value);
      return undefined;
    },
    integer: (value, path, from, to) => {
      if (value === undefined) return undefined;
      if (Number.isInteger(value) && Number(value) >= from && Number(value) <= to) {
        return Number(value);
      }
      wrong(path, `a whole number from ${from} to ${to}`, value);
      return undefined;
    },
    number: (value, path, from, to) => {
      if (value === undefined) return undefined;
      if (typeof value === "number" && value >= from && value <= to) return value;
      wrong(path, `a number from ${from} to ${to}`, value);
      return undefined;
    },
    duration: (value, path) => {
      if (value === undefined) return undefined;
      const isText = typeof value === "string" || typeof value === "number";
      const read = isText ? readDuration(String(value)) : { problem: "it is no text" };
      if ("millis" in read && read.millis > 0) return read.millis;
      problems.push(`${path}: ${"problem" in read ? read.problem : "0 is no duration here"}`);
      return undefined;
    },
    word: (value, path, words) => {
      if (value === undefined) return undefined;
      const found = words.find((each) => each.toLowerCase() === String(value).trim().toLowerCase());
      if (found === undefined) wrong(path, `one of ${words.join(", ")}`, value);
      return found;
    },
  };
}

/** Whether a value is an object with keys, and no list. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

// The wording is core's own, so the line of the key is found in the same way.
function unknownKeys(value: object, path: string, keys: readonly string[] | undefined): string[] {
  if (keys === undefined) return [];
  const unknown = Object.keys(value).filter((key) => !keys.includes(key));
  return unknown.map((key) => {
    const [nearest] = nearestNames(key, [...keys], 1);
    const known = nearest ? `did you mean ${nearest}?` : `known are ${keys.join(", ")}`;
    return `Unexpected property "${key}" in ${path}; ${known}`;
  });
}

function described(value: unknown): string {
  const json = JSON.stringify(value) ?? String(value);
  return json.length > 60 ? `${json.slice(0, 60)}…` : json;
}

/** An object with the one key, or without it when the value is undefined. */
export function defined<Key extends string, Value>(key: Key, value: Value | undefined) {
  return (value === undefined ? {} : { [key]: value }) as { [K in Key]?: Value };
}
