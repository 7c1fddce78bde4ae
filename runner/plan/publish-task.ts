import type { RelationKind, Target } from "../target.ts";

/** Makes or changes the relation of a table, view or incremental table. */
export type PublishTask = BuildTask | ChangeTask | ViewTask | MaterializedTask;

interface Publishing {
  type: "publish";
  /** The query that gives the rows, or the view's body. */
  statement: string;
}

/** The kind of the existing relation of that name when it is another kind and is dropped first. */
interface Dropping {
  dropFirst?: RelationKind;
}

/** Gives a table all of its rows: `create` where there is none yet, `replace` where there is one. */
export interface BuildTask extends Publishing, Dropping {
  strategy: "create" | "replace";
  /** Columns that identify a row; empty when none are declared. */
  uniqueKey: string[];
  /** The slices that later runs overwrite. */
  slice?: Slice;
  /** How PostgreSQL itself partitions the table, when the settings say so. */
  partitioning?: Partitioning;
  /** How a table that exists gets all of its rows anew; by rule when absent. */
  replace?: "inPlace" | "swap";
  /** How later runs change the rows of an incremental table. */
  laterStrategy?: ChangeTask["strategy"];
  /** Where one column takes numbers of a sequence. */
  numbered?: Numbered;
}

/** A query of which each row takes a number of a sequence. */
export interface Numbered {
  /** The name of the sequence, as a literal of SQL. */
  sequence: string;
  /** The query before and behind what gives the number. */
  around: [string, string];
}

/** Changes rows of an incremental table that exists. */
export type ChangeTask = AppendTask | MergeTask | OverwriteTask | KeyedTask;

interface Changing extends Publishing {
  uniqueKey: string[];
  onSchemaChange: "IGNORE" | "FAIL" | "EXTEND" | "SYNCHRONIZE";
  /** SQL conditions on the rows of the table; only those that meet all are changed. */
  existingRows?: string[];
  /** How PostgreSQL itself partitions the table, when the settings say so. */
  partitioning?: Partitioning;
}

/** Adds rows. */
export interface AppendTask extends Changing {
  strategy: "append";
}

/** Updates rows by their key, or adds them. */
export interface MergeTask extends Changing {
  strategy: "merge";
}

/** Replaces the slices of the table that have new rows. */
export interface OverwriteTask extends Changing {
  strategy: "overwrite";
  slice: Slice;
}

/** Replaces the rows of the keys that changed, where they differ. */
export interface KeyedTask extends Changing {
  strategy: "keyed";
  /** The followed tables, whose changed keys decide which rows are replaced. */
  follows: Follow[];
  /** The columns of rows that are replaced together; empty when none are declared. */
  together: string[];
  /** Columns that are written only with another one, and those that stay with their row. */
  stamps?: { column: string; onlyNew: boolean }[];
}

/** Replaces the definition of a view. */
export interface ViewTask extends Publishing, Dropping {
  strategy: "view";
}

/** Makes a materialized view, or gives it new rows when its definition is the same. */
export interface MaterializedTask extends Publishing, Dropping {
  strategy: "materialized";
  /** How it gets new rows when it exists; by rule when absent. */
  replace?: "inPlace" | "swap";
  /** When it exists: whether PostgreSQL can refresh it while others read it. */
  refresh?: "concurrent" | "plain";
}

/** Whether a task changes rows of a table that exists, and leaves its other rows as they are. */
export function isChange(task: PublishTask): task is ChangeTask {
  return ["append", "merge", "overwrite", "keyed"].includes(task.strategy);
}

/** A followed table and the columns of the key, in it and in the table that follows. */
export interface Follow {
  target: Target;
  columns: { source: string; own: string }[];
  /** The temporary relation, without `pg_temp`, that offers the changed keys to the query. */
  changedName: string;
  /** A table to which rows are only added: its column with the transaction that wrote the row. */
  appendOnly?: AppendOnly;
  /** The table itself: rows that others deleted are computed again. */
  isOwn?: true;
  /**
   * Citus spreads the table, so that it has no triggers: the runs that write it log its changed keys;
   * changes by others are not known.
   */
  spread?: "writtenByRuns" | "writtenByOthers";
}

/** How new rows of a table to which rows are only added are known. */
export interface AppendOnly {
  /** The column of type xid8 with the transaction that wrote the row. */
  column: string;
  /** The temporary view, without `pg_temp`, that offers the new rows to the query. */
  addedName: string;
}

/** What a run does to rows of a table; `merge` is one statement for several of them. */
export type Write = "insert" | "update" | "delete" | "merge";

/** The part of a table that an overwrite replaces as one: all rows with the same value. */
export interface Slice {
  /** The column that the value is taken from. */
  column: string;
  /** SQL over the table's columns. */
  expression: string;
  /** What of the column counts: `value` all of it, a unit what `date_trunc` leaves, or something else. */
  grain: "value" | RangeUnit | "other";
}

/** The unit of a range of dates or times that makes one partition. */
export type RangeUnit = "hour" | "day" | "week" | "month" | "quarter" | "year";

/** Native partitioning by one key; rows whose key is NULL go to a default partition. */
export interface Partitioning {
  /** The key as SQL: a quoted column, or an expression in brackets. */
  key: string;
  /** The column when the key is one. */
  column?: string;
  /** A unit of time or a width in numbers: one partition each. `list`: one for each value. */
  by: { range: RangeUnit | number } | "list" | { hash: number };
  /** Partitions that end this long before the newest row are dropped: `90 days`, or a number. */
  retention?: string;
}
