import type { Column } from "../relation/relation.ts";

/** How a column of the expectation and one of the model are made comparable, as SQL. */
export interface ComparedType {
  expected: (column: string) => string;
  actual: (column: string) => string;
  /** Turns a compared value into text. */
  show: (value: string) => string;
}

/**
 * Takes a column of both sides and returns how they are compared: numbers as numbers, json and jsonb
 * by value, points in time as such, a text beside another type as that type, so that `null` and
 * `'2026-01-31'` need no cast in the expectation; everything else by its text. Nothing is cut to the
 * length or precision of a column: that would hide a difference.
 */
export function comparedType(expected: Column, actual: Column): ComparedType {
  const [wanted, given] = [expected.baseType, actual.baseType];
  const all = (list: readonly string[]) => list.includes(wanted) && list.includes(given);
  if (all(numberTypes)) return both(cast("numeric"), showNumber);
  if (all(jsonTypes)) return both(cast("jsonb"));
  if (wanted === given) return both(asText);
  if (all(pointsInTime)) return both(cast("timestamptz"));
  if (!textTypes.includes(wanted) || textTypes.includes(given)) return both(asText);
  if (numberTypes.includes(given)) return both(cast("numeric"), showNumber);
  if (jsonTypes.includes(given)) return both(cast("jsonb"));
  return { ...both(asText), expected: (column) => asText(cast(given)(column)) };
}

const numberTypes = ["smallint", "integer", "bigint", "numeric", "real", "double precision"];
const jsonTypes = ["json", "jsonb"];
const pointsInTime = ["date", "timestamp without time zone", "timestamp with time zone"];
const textTypes = ["text", "character varying", "bpchar", "name", '"char"'];

// Byte by byte, whatever the type or the collation says is equal.
function asText(column: string): string {
  return `(${column})::text collate "C"`;
}

function cast(type: string): (column: string) => string {
  return (column) => `(${column})::${type}`;
}

function both(form: (column: string) => string, show = cast("text")): ComparedType {
  return { expected: form, actual: form, show };
}

function showNumber(value: string): string {
  return `trim_scale(${value})::text`;
}
