import type { QueryResult } from "../../runner/database/database.ts";

/** A value as PostgreSQL writes it; undefined where a query has no such column. */
export type Value = string | null | undefined;

/** A row by the names of its columns. */
export type Row = Readonly<Record<string, string | null>>;

/** Rows of one query, as objects to show and as a result to write into files. */
export interface Dataset {
  result: QueryResult;
  rows: Row[];
}

/** Takes a result and gives its rows by name too. */
export function datasetOf(result: QueryResult): Dataset {
  const names = result.columns.map(({ name }) => name);
  return {
    result,
    rows: result.rows.map((row) =>
      Object.fromEntries(names.map((name, index) => [name, row[index] ?? null])),
    ),
  };
}

/** A dataset with those rows alone that the condition keeps. */
export function filterDataset({ result, rows }: Dataset, keep: (row: Row) => boolean): Dataset {
  const kept = rows.map(keep);
  return {
    result: { ...result, rows: result.rows.filter((_, index) => kept[index]) },
    rows: rows.filter((_, index) => kept[index]),
  };
}

/** A value as a number; 0 when there is none. */
export function number(value: Value): number {
  return value === null || value === undefined ? 0 : Number(value);
}

/** The rows of each value of a column, in the order in which the values come. */
export function groupBy(rows: readonly Row[], column: string): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const key = row[column] ?? "";
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  }
  return groups;
}

/** The sum of a column. */
export function sum(rows: readonly Row[], column: string): number {
  return rows.reduce((total, row) => total + number(row[column]), 0);
}

/** A PostgreSQL array of numbers, as `{1,2,Infinity}`. */
export function numbersOf(text: string | null | undefined): number[] {
  return text ? text.slice(1, -1).split(",").map(Number) : [];
}
