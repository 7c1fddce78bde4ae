import { hash } from "node:crypto";

/** A value that is canonical JSON already, or that is written as such when its text is needed. */
export class JsonText {
  #text: string | (() => string | JsonText);
  #hash: string | undefined;
  #isPlain: boolean | undefined;

  /** `isPlain`: known to have no backslash. */
  constructor(text: string | (() => string | JsonText), isPlain?: boolean) {
    this.#text = text;
    this.#isPlain = isPlain;
  }

  get text(): string {
    if (typeof this.#text === "string") return this.#text;
    const made = this.#text();
    if (typeof made !== "string") this.#hash = made.#hash;
    this.#text = typeof made === "string" ? made : made.text;
    return this.#text;
  }

  /** The SHA-256 of the text, hexadecimal. */
  get hash(): string {
    const { text } = this;
    this.#hash ??= sha256(text);
    return this.#hash;
  }

  /** Whether it has no backslash: then no text in it holds a control character, a quote or half a surrogate. */
  get isPlain(): boolean {
    this.#isPlain ??= !this.text.includes("\\");
    return this.#isPlain;
  }

  /** Any value as canonical JSON. */
  static of(value: unknown): JsonText {
    return value instanceof JsonText ? value : new JsonText(canonicalJson(value));
  }
}

/** JSON in which the keys of objects are in one order and nothing is indented: the same value, the same text. */
export function canonicalJson(value: unknown): string {
  if (isEmptyObject(value)) return Array.isArray(value) ? "[]" : "{}";
  return JSON.stringify(sorted(value)) ?? "null";
}

function isEmptyObject(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return Object.keys(value).length === 0;
}

function sorted(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  const fields = value as Record<string, unknown>;
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(value).sort()) setField(copy, key, sorted(fields[key]));
  return copy;
}

// An assignment to that one name would change what the object is.
function setField(copy: Record<string, unknown>, key: string, value: unknown): void {
  if (key !== "__proto__") copy[key] = value;
  else Object.defineProperty(copy, key, { value, enumerable: true });
}

/** A key of an object: its place among the others, and what canonical JSON has before its value. */
interface WrittenKey {
  index: number;
  before: string;
}

/** Keys in the order of canonical JSON. */
export function canonicalOrder(keys: readonly string[]): WrittenKey[] {
  const places = Object.fromEntries(keys.map((key, index) => [key, index]));
  return Object.entries(sorted(places) as Record<string, number>).map(([key, index], position) => ({
    index,
    before: `${position === 0 ? "{" : ","}${JSON.stringify(key)}:`,
  }));
}

/**
 * Takes keys and gives what writes values in their order as canonical JSON of an object. The values are
 * texts, numbers, booleans, null or `JsonText`, and do not change afterwards. `isPlain`: all are texts of which JSON escapes no character.
 */
export function objectWriter(
  keys: readonly string[],
): (values: readonly unknown[], isPlain?: boolean) => JsonText {
  const fields = canonicalOrder(keys);
  if (fields.length === 0) return () => new JsonText("{}");
  const arePlain = fields.every(({ before }) => !before.includes("\\"));
  const texts = fields.map(({ index, before }, at) => ({
    index,
    before: `${at === 0 ? "" : '"'}${before}"`,
  }));
  const plainText = (values: readonly unknown[]) => {
    let text = "";
    // few parts: what is put together of many takes as long to hash again
    for (const { index, before } of texts) text = text + before + values[index];
    return `${text}"}`;
  };
  const anyText = (values: readonly unknown[]) => {
    let text = "";
    for (const { index, before } of fields) text = text + before + writtenValue(values[index]);
    return `${text}}`;
  };
  return (values, isPlain = false) =>
    isPlain && arePlain
      ? new JsonText(() => plainText(values), true)
      : new JsonText(() => anyText(values));
}

// JSON.stringify takes longer for a short text than the rest of a row.
function writtenValue(value: unknown): string {
  if (typeof value === "string" && !escaped.test(value)) return `"${value}"`;
  if (typeof value === "number" && Number.isFinite(value)) return String(value);
  if (value instanceof JsonText) return value.text;
  return JSON.stringify(value);
}

// what JSON writes in another way, and all surrogates, because finding unpaired ones takes longer
const escaped = /[^ !#-[\]-\ud7ff\ue000-\uffff]/;

/** SHA-256 of a text in UTF-8, hexadecimal. */
export function sha256(text: string): string {
  return hash("sha256", text, "hex");
}

/** Any text as PostgreSQL takes it: NUL and half surrogates become U+FFFD. */
export function storable(text: string): string {
  return unstorable.test(text) ? text.replace(/[\0\p{Surrogate}]/gu, "\ufffd") : text;
}

const unstorable = /[\0\p{Surrogate}]/u;

/** An object as `jsonb` takes it. */
export function storableJson(value: object): string {
  const json = JSON.stringify(value);
  return /\\u(0000|d[89a-f])/.test(json) ? JSON.stringify(cleaned(value)) : json;
}

function cleaned(value: unknown): unknown {
  if (typeof value === "string") return storable(value);
  if (Array.isArray(value)) return value.map(cleaned);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, field]) => [storable(key), cleaned(field)]),
  );
}
