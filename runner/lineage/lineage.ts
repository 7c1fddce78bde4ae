import type { Target } from "../target.ts";

/**
 * How a value of a source column gets into a column:
 * `direct`: as it is; `transformed`: computed from it; `aggregated`: by an aggregate over several rows;
 * `window`: it partitions or orders the rows of a window function; `condition`: it only decides which
 * value it is (`case when`, `filter (where …)`, what a scalar sub-query is filtered by).
 */
export type Way = "direct" | "transformed" | "aggregated" | "window" | "condition";

/** What a relation's rows are chosen and ordered by, in contrast to what its values are. */
export type Use = "join" | "filter" | "group" | "sort";

/** A column of a relation of the database. */
export interface ColumnName {
  schema: string;
  table: string;
  column: string;
}

/** A column that a value is taken from. */
export interface SourceColumn extends ColumnName {
  way: Way;
}

/** A column that rows are joined, filtered, grouped or sorted by. */
export interface UsedColumn extends ColumnName {
  uses: Use[];
}

/** One column of a relation and where its values come from. */
export interface ColumnLineage {
  name: string;
  /** Without any, and without `unknown`: a constant, a number of rows, a value of the moment (`now()`). */
  sources: SourceColumn[];
  /** Why some sources could not be told; those in `sources` are certain all the same. */
  unknown?: string;
  /** Its statement only declares it (`create table`): what is in it is written from elsewhere. */
  isStored?: true;
}

/** Where the rows of one relation come from. Every list is sorted by name; `columns` as they stand. */
export interface RelationLineage {
  /** The relation that is written; of an assertion its own name, which no relation has. */
  target: Target;
  columns: ColumnLineage[];
  used: UsedColumn[];
  /** Every column that the SQL names anywhere, be it taken, used or neither. */
  read: ColumnName[];
  /** Every relation that its queries read, also where they name no column of it (`count(*)`). */
  readFrom: Target[];
  /** Why the list of columns or of what is used may not be complete; empty when it is. */
  unknown: string[];
  /** It may have columns beside those listed: some are not known, or its statements only write into it. */
  hasMore?: true;
}

/** Lineage of one action of a project. */
export interface ActionLineage extends RelationLineage {
  type: "table" | "view" | "incremental" | "operation" | "assertion" | "declaration";
  fileName?: string;
  /** Other relations that its statements write: targets of an operation beside its own. */
  writes: RelationLineage[];
  /** No action of the project: a view of the database that the project reads. */
  isOutside?: true;
}
