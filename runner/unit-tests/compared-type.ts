import { type Column, typeForAuthors } from "../relation/relation.ts";

/** How a column of the expectation and one of the model are made comparable, as SQL. */
export interface ComparedType {
  /** Makes a value of either side comparable. */
  form: (column: string) => string;
  /** Turns a compared value into text. */
  show: (value: string) => string;
}

/**
 * Takes a column of both sides and returns the type, as SQL of an author, that the expected one gets
 * before the comparison; undefined when it keeps its own. A text without a time zone means a time in
 * the author's zone, so this conversion is for statements under the author's settings. Nothing is cut
 * to the length or precision of a column, nor the hours of a time: that would hide a difference.
 */
export function expectedType(expected: Column, actual: Column): string | undefined {
  const [wanted, given] = [expected.baseType, actual.baseType];
  if (wanted === given || textTypes.includes(given)) return undefined;
  const isText = textTypes.includes(wanted);
  if (pointsInTime.includes(given)) {
    const type = given === "date" ? "timestamp without time zone" : given;
    return isText || pointsInTime.includes(wanted) ? type : undefined;
  }
  const hasOwnForm = numberTypes.includes(given) || jsonTypes.includes(given);
  return isText && !hasOwnForm ? typeForAuthors(given) : undefined;
}

/**
 * Takes a column of both sides, the expected one with its type after `expectedType`, and returns how
 * they are compared: numbers as numbers, json and jsonb by value, points in time as such, a text
 * beside another type as that type, so that `null` and `'2026-01-31'` need no cast in the
 * expectation; everything else by its text.
 */
export function comparedType(expected: Column, actual: Column): ComparedType {
  const [wanted, given] = [expected.baseType, actual.baseType];
  const isAmong = (list: readonly string[]) =>
    list.includes(given) && (list.includes(wanted) || textTypes.includes(wanted));
  if (isAmong(numberTypes)) return { form: cast("numeric"), show: showNumber };
  if (isAmong(jsonTypes)) return { form: cast("jsonb"), show: cast("text") };
  if (given === "date" && wanted !== given && pointsInTime.includes(wanted)) {
    return { form: cast("timestamp"), show: showDay };
  }
  return { form: asText, show: cast("text") };
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

function showNumber(value: string): string {
  return `trim_scale(${value})::text`;
}

function showDay(value: string): string {
  return `replace((${value})::text, ' 00:00:00', '')`;
}
