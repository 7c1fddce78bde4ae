import type { JitRequest } from "../compile/jit-code.ts";
import type { AssertionLimit, UsualSettings } from "../compile/settings/assertion-settings.ts";
import type { RememberedComment } from "../database/warehouse/managed-relations.ts";
import type { RelationKind, Target } from "../target.ts";
import type { Distribution } from "./distribution/distribution.ts";
import type { DeclaredObjects } from "./objects/declared-objects.ts";
import type { Follow, PublishTask } from "./publish-task.ts";

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
  /** In a run of what changed: why it runs, or since when it is unchanged. */
  change?: ActionChange;
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
  /** How Citus spreads its rows; absent for a local table and without Citus. */
  distribution?: Distribution;
  /** Citus spreads a table of the project: what was committed may show on its nodes later. */
  waitsForNodes?: true;
}

/**
 * Whether an action of a run of what changed has to run, and why, or since when (ISO 8601) it is as it was. One that is
 * unchanged is looked at again when something before it has run.
 */
export type ActionChange = { runs: true; reason: string } | { runs: false; since: string };

/** What `comment on` says of a relation and of its columns, from the config block. */
export interface Comments {
  description?: string;
  columns: { column: string; description: string }[];
  /**
   * The comments that an earlier run set: one is removed when it is no longer described and was not
   * changed by hand.
   */
  remembered?: RememberedComment[];
}

/** An assertion with the relation that it checks and the view that keeps it. */
export interface GateTask {
  target: Target;
  task: AssertionTask;
  /** Its view is not there yet, and all that its action does can be done in the transaction of the table. */
  isMadeWithTable?: true;
  /** The same for one that was there: when it means the same as before, its own action has nothing to do. */
  isThereWithTable?: true;
}

/** One step of an action. */
export type ExecutionTask = StatementTask | PublishTask | AssertionTask;

/** SQL sent as it is. */
export interface StatementTask {
  type: "statement";
  statement: string;
}

/** What an incremental table follows, and what makes it be computed anew as a whole. */
export interface Increment {
  follows: Follow[];
  /** Columns by which a change of one row concerns others. */
  together: string[];
  /** Relations whose rows concern every key. */
  recomputeWhen: Target[];
  /** The relations that the query reads, directly or through views of the project. */
  reads: Target[];
  /** The query, the pre-operations and the views of the project that it reads, as one text. */
  sql: string;
  /** Another one than at the last run means that every key counts as changed. */
  fingerprint: string;
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
  /** For a unique key: its columns as SQL. */
  uniqueKey?: string;
  /** For row conditions: a query that counts the failing rows of each while it reads the table once. */
  inOneScan?: { conditions: string[]; statement: string };
  /** When it fails; absent: at the first row. */
  limits?: AssertionRule[];
  /**
   * Set when a run that adds rows checks these alone; with a key (as SQL) all rows of their keys.
   */
  newRows?: { key?: string };
  /** The relation whose rows are the whole that a percentage is of. */
  percentOf?: Target;
  /** For an assertion about the usual number of rows: how that is computed from earlier runs. */
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
