import { hash } from "node:crypto";

/** JSON in which the keys of objects are sorted and nothing is indented: the same value, the same text. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  let text = "";
  for (const key of Object.keys(value).sort()) {
    const field = (value as Record<string, unknown>)[key];
    if (field === undefined) continue;
    text += `${text === "" ? "" : ","}${JSON.stringify(key)}:${canonicalJson(field)}`;
  }
  return `{${text}}`;
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
