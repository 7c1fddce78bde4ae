import type { JitRequest } from "../compile/jit-code.ts";
import type { AssertionLimit, UsualSettings } from "../compile/settings/assertion-settings.ts";
import type { RememberedComment } from "../database/warehouse/managed-relations.ts";
import type { RelationKind, Target } from "../target.ts";
import type { DeclaredObjects } from "./objects/declared-objects.ts";

/** What kind of thing an action is, as reports name it. */
export type ActionType = "table" | "view" | "incremental" | "operation" | "assertion";

/** Everything that a run will do, as plain data: printing it is the dry run. */
export interface ExecutionGraph {
  /** Schemas that do not exist yet and are created before the first action. */
  schemas: string[];
  actions: ExecutionAction[];
}

/** One action with its tasks in order; an action without tasks is disabled. */
export interface ExecutionAction {
  target: Target;
  type: ActionType;
  fileName: string;
  tags: string[];
  /** Actions of this run that must be successful first. */
  dependencyTargets: Target[];
  /** Disabled actions that it reads and that nothing has made; absent when there are none. */
  missingDisabled?: Target[];
  disabled: boolean;
  /** For an operation: its statements are sent one by one, each in its own transaction. */
  withoutTransaction?: true;
  /** For an assertion from the config block of a table: that table. */
  parentTarget?: Target;
  tasks: ExecutionTask[];
  /** Assertions of this run that its rows have to pass before they are published. */
  gates?: GateTask[];
  /** Dependencies that it waits for only because they are assertions on its inputs. */
  heldBackBy?: Target[];
  /** Rows of an earlier run that did not pass; they go when this run publishes. */
  rejected?: Target;
  /** Code that makes the SQL of the action right before it runs; its tasks are not known before. */
  jit?: JitRequest;
  /** What an incremental table follows by key; its publish task is then `keyed`, or builds it whole. */
  increment?: Increment;
  /** Set on the relation when the tasks are done; absent when the action makes none. */
  comments?: Comments;
  /**
   * Indexes, constraints, grants and the like that its relation is to have, and no others of ours;
   * absent when nothing was ever declared for it.
   */
  postgres?: DeclaredObjects;
}

/** What `comment on` says of a relation and of its columns, from the config block. */
export interface Comments {
  description?: string;
  columns: { column: string; description: string }[];
  /** What an earlier run set: it goes when it is described no longer and nobody has changed it. */
  remembered?: RememberedComment[];
}

/** An assertion with the relation that it checks and the view that keeps it. */
export interface GateTask {
  target: Target;
  task: AssertionTask;
}

/** One step of an action. */
export type ExecutionTask = StatementTask | PublishTask | AssertionTask;

/** SQL sent as it is. */
export interface StatementTask {
  type: "statement";
  statement: string;
}

/** Makes or changes the relation of a table, view or incremental table. */
export interface PublishTask {
  type: "publish";
  /**
   * `create`: first build. `replace`: same relation, all rows new. `append`: rows added.
   * `merge`: rows updated by key or added. `overwrite`: the slices of the table that have new rows
   * are replaced. `keyed`: the rows of the keys that changed are replaced where they differ. `view`: the definition is replaced. `materialized`: a materialized view is made,
   * or gets new rows when its definition is the same.
   */
  strategy:
    | "create"
    | "replace"
    | "append"
    | "merge"
    | "overwrite"
    | "keyed"
    | "view"
    | "materialized";
  /** The query that gives the rows, or the view's body. */
  statement: string;
  /**
   * The kind of the existing relation of that name, which has to be dropped first because it is
   * another kind.
   */
  dropFirst?: RelationKind;
  uniqueKey: string[];
  onSchemaChange: "IGNORE" | "FAIL" | "EXTEND" | "SYNCHRONIZE";
  /** For `keyed`: columns that are written only with another one, and those that stay with their row. */
  stamps?: { column: string; onlyNew: boolean }[];
  /** For `keyed`: the tables that are followed, whose changed keys decide which rows are replaced. */
  follows?: Follow[];
  /** For `keyed`: the columns of rows that are replaced together; none by default. */
  together?: string[];
  /** What decides which rows belong together, for `overwrite` and the builds before it. */
  slice?: Slice;
  /** SQL conditions on the rows that are there already; only those that meet all are changed. */
  existingRows?: string[];
  /** How PostgreSQL itself partitions the table, when the settings say so. */
  partitioning?: Partitioning;
  /** How a table or materialized view that is there gets all of its rows anew; by rule when absent. */
  replace?: "inPlace" | "swap";
  /** How later runs change the rows of an incremental table that is built by this one. */
  laterStrategy?: PublishTask["strategy"];
  /** For a materialized view that is there: whether PostgreSQL could refresh it while readers go on. */
  refresh?: "concurrent" | "plain";
}

/** What an incremental table follows, and what makes it be computed anew as a whole. */
export interface Increment {
  follows: Follow[];
  /** Columns by which a change of one row concerns others. */
  together: string[];
  /** Relations whose rows concern every key. */
  recomputeWhen: Target[];
  /** Another one than at the last run means that every key counts as changed. */
  fingerprint: string;
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

/** A query that must return no rows; it is kept as a view in the assertion schema. */
export interface AssertionTask {
  type: "assertion";
  statement: string;
  /** The kind of the existing relation of that name, which has to be dropped first. */
  dropFirst?: RelationKind;
  /** The rule in words, for reports: `uniqueKey (app_id, metric_date)`. */
  rule: string;
  /** The relation that is checked, when the assertion belongs to one. */
  checks?: Target;
  /** When it fails; absent: at the first row. */
  limits?: AssertionRule[];
  /**
   * Set when a run that adds rows checks these alone; with a key (as SQL) all rows of their keys.
   */
  newRows?: { key?: string };
  /** The relation whose rows are the whole that a percentage is of. */
  percentOf?: Target;
  /** Of an assertion of how many rows are usual: how that is told from the runs of before. */
  usual?: UsualSettings;
  /** What the history knows of it; absent where a rule does not ask, or the history cannot be read. */
  before?: EarlierChecks;
}

/** The checks of an assertion in earlier runs. */
export interface EarlierChecks {
  /** The last check that did not fail; absent when there was none. */
  last?: { failingRows: number; percent: number | null };
  /** How many checks in a row have found failing rows, up to now. */
  failingRuns: number;
}

/** A limit for some or all of the rows that an assertion finds. */
export interface AssertionRule extends AssertionLimit {
  /** The values of `failing_row_condition` that it is about; all rows when absent. */
  conditions?: string[];
}
