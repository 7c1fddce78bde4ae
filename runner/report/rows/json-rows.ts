import type { QueryResult } from "../../database/database.ts";

const boolType = 16;
// int8, int2, int4, oid, float4, float8, numeric
const numberTypes = new Set([20, 21, 23, 26, 700, 701, 1700]);
const jsonTypes = new Set([114, 3802]);
const jsonNumber = /^-?(0|[1-9]\d*)(\.\d+)?(e[+-]?\d+)?$/i;

/**
 * Takes the columns and rows of a query result and returns a JSON array with one object per line.
 * Numbers keep every digit that PostgreSQL gave (NaN and Infinity are strings), booleans and json
 * are themselves, everything else is a string. A repeated column name gets `_2`, `_3`, ….
 */
export function formatJson(columns: QueryResult["columns"], rows: QueryResult["rows"]): string {
  const keys = uniqueNames(columns.map(({ name }) => name)).map((name) => JSON.stringify(name));
  const objects = rows.map((row) => {
    const members = columns.map(
      ({ typeOid }, index) => `${keys[index]}:${jsonValue(row[index] ?? null, typeOid)}`,
    );
    return `{${members.join(",")}}`;
  });
  const text = objects.length === 0 ? "[]\n" : `[\n${objects.join(",\n")}\n]\n`;
  // Same values, but nothing in them can drive a terminal. JSON holds these in strings only.
  return text.replace(
    /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function uniqueNames(names: string[]): string[] {
  const taken = new Set(names);
  const used = new Set<string>();
  return names.map((name) => {
    let unique = name;
    for (let count = 2; used.has(unique); count += 1) {
      const candidate = `${name}_${count}`;
      if (!taken.has(candidate)) unique = candidate;
    }
    used.add(unique);
    taken.add(unique);
    return unique;
  });
}

function jsonValue(value: string | null, typeOid: number): string {
  if (value === null) return "null";
  if (typeOid === boolType) return value === "t" ? "true" : "false";
  if (jsonTypes.has(typeOid)) return value;
  if (numberTypes.has(typeOid) && jsonNumber.test(value)) return value;
  return JSON.stringify(value);
}
