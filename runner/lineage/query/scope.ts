import type { SyntaxNode } from "../../sql/parse-sql.ts";
import type { Target } from "../../target.ts";
import type { ColumnName } from "../lineage.ts";
import {
  by,
  type Column,
  columnKey,
  constant,
  type OpenPart,
  type Rows,
  together,
  unknownValue,
  type Value,
} from "./value.ts";

/** A relation by the name that a query gives it. */
export interface NamedRows {
  name: string;
  /** Of a relation without an alias: its schema, by which it can be named too. */
  schema?: string | undefined;
  rows: Rows;
}

/** One entry of `from`: what `*` and names without a relation find, and the relations in it. */
export interface FromItem {
  rows: Rows;
  named: readonly NamedRows[];
}

/** A query of a `with` clause; it is traced when it is first named. */
export interface WithQuery {
  rows: () => Rows;
}

/** What names mean at one place of a statement; `outer` is the query around it. */
export interface Scope {
  items: readonly FromItem[];
  withQueries: ReadonlyMap<string, WithQuery>;
  windows: ReadonlyMap<string, SyntaxNode>;
  outer?: Scope | undefined;
}

/** The relations that a statement reads and writes, and what it has named so far. */
export interface Trace {
  /** A relation by its name; without a schema by the search path. */
  relation: (schema: string | undefined, name: string) => NamedRows;
  rowsOfFunction: (node: SyntaxNode) => FunctionShape;
  isAggregate: (words: readonly string[]) => boolean;
  /** A function whose code may read relations. */
  isForeign: (words: readonly string[]) => boolean;
  read: Map<string, ColumnName>;
  /** The relations in `from`, also those of which no column is named; by `targetKey`. */
  readFrom: Map<string, Target>;
  /** The rows of sub-queries in expressions, by their node: the first one names a column. */
  subqueries: WeakMap<object, Rows>;
  /** The rows of a query (`SelectStmt`, or `InsertStmt` and others with `returning`). */
  rowsOf: (wrapper: unknown, scope: Scope | undefined) => Rows;
}

/** Names of the columns of a function in `from`: given ones, a single one, or not known. */
export type FunctionShape = { names: readonly string[] } | "scalar" | { unknown: string };

/** A scope in which nothing is named yet. */
export function emptyScope(outer?: Scope): Scope {
  return { items: [], withQueries: new Map(), windows: new Map(), outer };
}

/** The rows of `from` when a name stands for one of its columns. */
export function valueOfColumn(trace: Trace, column: Column): Value {
  if (column.isBase)
    for (const [key, { way: _, ...name }] of column.sources) trace.read.set(key, name);
  return column;
}

/** A column of given rows by its name; undefined when they do not have it. */
export function columnIn(trace: Trace, rows: Rows, name: string): Value | undefined {
  const column = rows.columns.find((each) => each.name === name);
  if (column) return valueOfColumn(trace, column);
  const [part, ...others] = rows.open;
  if (part === undefined) return undefined;
  return others.length === 0 ? columnOfPart(trace, part, name) : unknownOf(name, rows.open);
}

/** Takes a name without a relation and returns its value, by the rules of PostgreSQL. */
export function valueOfName(trace: Trace, scope: Scope, name: string): Value {
  const doubts: OpenPart[] = [];
  for (let level: Scope | undefined = scope; level; level = level.outer) {
    const found = level.items
      .flatMap(({ rows }) => rows.columns)
      .find((column) => column.name === name);
    // Of a valid statement: nothing else at this level has the name, but what is further in may.
    if (found) return doubts.length === 0 ? valueOfColumn(trace, found) : unknownOf(name, doubts);
    doubts.push(...level.items.flatMap(({ rows }) => rows.open));
  }
  const row = rowsNamed(scope, name);
  const [doubt, ...others] = doubts;
  if (doubt === undefined && !row && isSystemColumn(name)) return constant;
  if (doubt === undefined)
    return row ? wholeRow(trace, row.rows) : unknownValue(`${name} is not known`);
  if (row || others.length > 0) return unknownOf(name, doubts);
  return columnOfPart(trace, doubt, name);
}

/** Takes `relation.column`, with a schema or without, and returns its value. */
export function valueOfQualified(trace: Trace, scope: Scope, words: readonly string[]): Value {
  const [name = "", relation = "", schema] = [...words].reverse();
  const found = rowsNamed(scope, relation, schema);
  if (found === undefined) return unknownValue(`${words.join(".")} is not known`);
  if (name === "*") return wholeRow(trace, found.rows);
  const system = isSystemColumn(name) ? constant : undefined;
  return (
    columnIn(trace, found.rows, name) ?? system ?? unknownValue(`${words.join(".")} is not known`)
  );
}

// PostgreSQL keeps them itself: where a row stands, and which transaction wrote it.
function isSystemColumn(name: string): boolean {
  return ["ctid", "xmin", "xmax", "cmin", "cmax", "tableoid"].includes(name);
}

/** The innermost relation of a name. */
export function rowsNamed(
  scope: Scope,
  name: string,
  schema?: string | undefined,
): NamedRows | undefined {
  for (let level: Scope | undefined = scope; level; level = level.outer) {
    const found = level.items
      .flatMap(({ named }) => named)
      .find((each) => each.name === name && (schema === undefined || each.schema === schema));
    if (found) return found;
  }
  return undefined;
}

/** A row as one value. */
export function wholeRow(trace: Trace, rows: Rows): Value {
  const { columns, open } = rows;
  const values = columns.map((column) => by("transformed", valueOfColumn(trace, column)));
  const unknown = open.map(({ reason }) => unknownValue(reason));
  const fields = open.length === 0 ? { fields: columns } : {};
  return { ...together([...values, ...unknown]), ...fields };
}

function columnOfPart(trace: Trace, { table, reason }: OpenPart, name: string): Value {
  if (!table) return unknownValue(`${name}: ${reason}`);
  if (isSystemColumn(name)) return constant;
  const column: ColumnName = { schema: table.schema, table: table.name, column: name };
  const key = columnKey(column);
  trace.read.set(key, column);
  return { sources: new Map([[key, { ...column, way: "direct" }]]), unknown: new Set() };
}

/** The value of a name that several relations may have, or other names may stand for. */
export function unknownOf(name: string, parts: readonly OpenPart[]): Value {
  const reasons = [...new Set(parts.map(({ reason }) => reason))];
  return unknownValue(`${name}: ${reasons.join(", ")}`);
}

/** The relation that a name without a dot means as a whole row; undefined when it is a column. */
export function rowsMeant(scope: Scope, name: string | undefined): NamedRows | undefined {
  if (name === undefined) return undefined;
  for (let level: Scope | undefined = scope; level; level = level.outer) {
    const rows = level.items.map((item) => item.rows);
    if (rows.some(({ columns }) => columns.some((column) => column.name === name)))
      return undefined;
    if (rows.some(({ open }) => open.length > 0)) return undefined;
  }
  return rowsNamed(scope, name);
}
