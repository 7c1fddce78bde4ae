import type { ColumnName, SourceColumn, Use, Way } from "../lineage.ts";

/** Where the value of an expression comes from. */
export interface Value {
  /** By `columnKey`. */
  sources: ReadonlyMap<string, SourceColumn>;
  /** Why more sources are possible. */
  unknown: ReadonlySet<string>;
  /** The fields of a row, where it is one and they are known. */
  fields?: readonly Column[] | undefined;
}

/** A column of rows. */
export interface Column extends Value {
  name: string;
  /** It belongs to a relation of the database, and not to a sub-query. */
  isBase?: true;
  /** A function has it only if it returns no row: no star shows it. */
  isPossible?: true;
}

/** Columns that rows have beside those that are known. */
export interface OpenPart {
  /** The relation of the database that they belong to, where it is only one. */
  table?: { schema: string; name: string };
  reason: string;
}

/** What rows are chosen and ordered by; `unknown` says what could not be told of it. */
export interface Uses {
  columns: Map<string, { column: ColumnName; uses: Set<Use> }>;
  unknown: Set<string>;
}

/** The rows of a query or of a relation. */
export interface Rows {
  columns: readonly Column[];
  open: readonly OpenPart[];
  uses: Uses;
}

/** An exact map key of a column. */
export function columnKey({ schema, table, column }: ColumnName): string {
  return JSON.stringify([schema, table, column]);
}

/** A value without any source. */
export const constant: Value = { sources: new Map(), unknown: new Set() };

/** A value whose sources cannot be told. */
export function unknownValue(reason: string): Value {
  return { sources: new Map(), unknown: new Set([reason]) };
}

// A value that is computed from an aggregated one is an aggregated one.
const ways: readonly Way[] = ["direct", "transformed", "aggregated", "window", "condition"];

/** The same sources, reached by one more step. */
export function by(way: Way, value: Value): Value {
  const sources = new Map<string, SourceColumn>();
  for (const [key, source] of value.sources) {
    sources.set(key, { ...source, way: furtherOf(source.way, way) });
  }
  return { sources, unknown: value.unknown };
}

/** The sources of several values together; the fields of a row are given up. */
export function together(values: Iterable<Value>): Value {
  const sources = new Map<string, SourceColumn>();
  const unknown = new Set<string>();
  for (const value of values) {
    for (const [key, source] of value.sources) {
      const other = sources.get(key);
      sources.set(key, other ? { ...source, way: mainWay(source.way, other.way) } : source);
    }
    for (const reason of value.unknown) unknown.add(reason);
  }
  return { sources, unknown };
}

function furtherOf(one: Way, other: Way): Way {
  return ways.indexOf(one) > ways.indexOf(other) ? one : other;
}

/** A column that is taken is not called a condition too. */
function mainWay(one: Way, other: Way): Way {
  if (isTaken(one) !== isTaken(other)) return isTaken(one) ? one : other;
  return furtherOf(one, other);
}

/** Whether the value itself comes from the source, and not only the choice of it. */
export function isTaken(way: Way): boolean {
  return way !== "window" && way !== "condition";
}

/** Nothing used. */
export function noUses(): Uses {
  return { columns: new Map(), unknown: new Set() };
}

/** Adds to `uses` that rows are chosen or ordered by a value. */
export function use(uses: Uses, how: Use, value: Value): void {
  for (const [key, { schema, table, column }] of value.sources) {
    const known = uses.columns.get(key);
    if (known) known.uses.add(how);
    else uses.columns.set(key, { column: { schema, table, column }, uses: new Set([how]) });
  }
  for (const reason of value.unknown) uses.unknown.add(reason);
}

/** Adds the uses of rows that others are made of. */
export function useAll(uses: Uses, others: Uses): void {
  for (const [key, { column, uses: hows }] of others.columns) {
    const known = uses.columns.get(key);
    if (known) for (const how of hows) known.uses.add(how);
    else uses.columns.set(key, { column, uses: new Set(hows) });
  }
  for (const reason of others.unknown) uses.unknown.add(reason);
}

/** What rows are chosen by, as a value: it decides what an expression with a sub-query gives. */
export function valueOfUses({ columns, unknown }: Uses): Value {
  const sources = new Map<string, SourceColumn>();
  for (const [key, { column }] of columns) sources.set(key, { ...column, way: "condition" });
  return { sources, unknown };
}

/** A value under a name. */
export function named(name: string, { sources, unknown, fields }: Value): Column {
  return { name, sources, unknown, ...(fields && { fields }) };
}
