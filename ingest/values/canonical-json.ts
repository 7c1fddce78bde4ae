import { hash } from "node:crypto";

/** A value that is canonical JSON already. */
export class JsonText {
  readonly text: string;
  #hash: string | undefined;

  constructor(text: string) {
    this.text = text;
  }

  /** The SHA-256 of the text, hexadecimal. */
  get hash(): string {
    this.#hash ??= sha256(this.text);
    return this.#hash;
  }

  /** Any value as canonical JSON. */
  static of(value: unknown): JsonText {
    return value instanceof JsonText ? value : new JsonText(canonicalJson(value));
  }
}

/** JSON in which the keys of objects are in one order and nothing is indented: the same value, the same text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(sorted(value)) ?? "null";
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

/**
 * Takes keys and gives what writes values in their order as canonical JSON of an object. The values are
 * texts, numbers, booleans or null.
 */
export function objectWriter(keys: readonly string[]): (values: readonly unknown[]) => JsonText {
  const order = keys
    .map((key, index) => ({ key, index }))
    .sort((one, other) => (one.key < other.key ? -1 : 1));
  return (values) => {
    const copy: Record<string, unknown> = {};
    for (const { key, index } of order) setField(copy, key, values[index]);
    return new JsonText(JSON.stringify(copy));
  };
}

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
