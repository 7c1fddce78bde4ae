import { hash } from "node:crypto";

/** A value that is canonical JSON already. */
export class JsonText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** JSON in which the keys of objects are sorted and nothing is indented: the same value, the same text. */
export function canonicalJson(value: unknown): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  if (value instanceof JsonText) return value.text;
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  const fields = value as Record<string, unknown>;
  let text = "";
  for (const key of Object.keys(value).sort()) {
    const field = fields[key];
    if (field === undefined) continue;
    text += `${text === "" ? "" : ","}${JSON.stringify(key)}:${canonicalJson(field)}`;
  }
  return `{${text}}`;
}

/** Takes keys and gives what writes values in their order as canonical JSON of an object. */
export function objectWriter(keys: readonly string[]): (values: readonly string[]) => JsonText {
  const order = keys
    .map((key, index) => ({ key: `${JSON.stringify(key)}:`, name: key, index }))
    .sort((one, other) => (one.name < other.name ? -1 : 1));
  return (values) => {
    let text = "";
    for (const { key, index } of order) {
      text += `${text === "" ? "{" : ","}${key}${JSON.stringify(values[index])}`;
    }
    return new JsonText(`${text}}`);
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
