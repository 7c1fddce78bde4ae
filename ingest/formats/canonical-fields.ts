import { plainText } from "../values/shape.ts";
import {
  type Column,
  type ColumnType,
  columnsOf,
  outageColumns,
  testColumns,
} from "./canonical-columns.ts";
import type { Header } from "./canonical-header.ts";
import { readers, type Value } from "./canonical-values.ts";
import type { FormatContext } from "./format.ts";

/** A column of a file, and the place of its values in a row. */
export interface Field {
  index: number;
  place: number;
  name: string;
  type: ColumnType;
  readValue: (value: unknown, context: FormatContext) => Value | undefined;
  /** As of the column. */
  isStatus: boolean;
  isNumber: boolean;
}

/** Values of all columns of a kind of row, in their order; null where there is none. */
export type Row = Value[];

/** The place of each column in the row of a test. */
export const testPlaces = placesOf(testColumns);

/** The place of each column in the row of an outage. */
export const outagePlaces = placesOf(outageColumns);

function placesOf<Name extends string>(columns: Record<Name, Column>): Record<Name, number> {
  const places = Object.keys(columns).map((name, place) => [name, place] as const);
  return Object.fromEntries(places) as Record<Name, number>;
}

/** The columns of a file that are known, in the order in which they are read. */
export function fieldsOf({ kind, columns, day, endDay }: Header): Field[] {
  const known = Object.entries(columnsOf(kind)).map(([name, { type }]) => ({ name, type }));
  const all = columns.flatMap((column, index): Field[] => {
    const place = known.findIndex(({ name }) => name === column?.column);
    const { name, type } = known[place] ?? {};
    if (name === undefined || type === undefined) return [];
    const readValue = column?.read ?? readers[type];
    const { isStatus = false, isNumber = false } = column ?? {};
    return [{ index, place, name, type: column?.type ?? type, readValue, isStatus, isNumber }];
  });
  // a day by itself is a time, and the number of a row its name, where no other column says one
  const isLast = ({ index, isNumber }: Field) => index === day || index === endDay || isNumber;
  return [...all.filter((field) => !isLast(field)), ...all.filter(isLast)];
}

/** Whether a value is nothing. */
export function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === "";
}

/** Whether it is what people write where there is nothing to write. */
export function saysNothing(value: unknown): boolean {
  return placeholder.test(plainText(value));
}

const placeholder =
  /^\s*(n\.?\/?a\.?|none|null|nil|tbd|tbc|ongoing|open|unresolved|not (measured|applicable|recorded)|-+|–|—|\?)\s*$/i;

/** A value of a row as a text; null where there is none. */
export function textOf(value: Value | undefined): string | null {
  if (typeof value === "string") return value;
  return value === undefined || value === null ? null : String(value);
}
