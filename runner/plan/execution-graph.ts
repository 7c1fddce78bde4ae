import type { Target } from "../target.ts";

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
  disabled: boolean;
  tasks: ExecutionTask[];
  /** Set on the relation when the tasks are done; absent when the action makes none. */
  comments?: Comments;
}

/** What `comment on` says of a relation and of its columns, from the config block. */
export interface Comments {
  description?: string;
  columns: { column: string; description: string }[];
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
   * `merge`: rows updated by key or added. `view`: the definition is replaced.
   */
  strategy: "create" | "replace" | "append" | "merge" | "view";
  /** The query that gives the rows, or the view's body. */
  statement: string;
  /** What stands in the target's place now and has to go first, because it is of another kind. */
  dropFirst?: RelationKind;
  uniqueKey: string[];
  onSchemaChange: "IGNORE" | "FAIL" | "EXTEND" | "SYNCHRONIZE";
}

/** A query that must return no rows; it is kept as a view in the assertion schema. */
export interface AssertionTask {
  type: "assertion";
  statement: string;
  /** What stands in the place of the view now and has to go first. */
  dropFirst?: RelationKind;
  /** The rule in words, for reports: `uniqueKey (app_id, metric_date)`. */
  rule: string;
  /** The relation that is checked, when the assertion belongs to one. */
  checks?: Target;
}

/** Kinds of relations that matter to a plan. */
export type RelationKind = "table" | "view" | "materialized view";
