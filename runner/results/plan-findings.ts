import type { SqlError } from "../errors.ts";
import type { RelationKind, Target } from "../target.ts";

/** What a plan found out by making everything empty and rolling it back. */
export interface PlanFindings {
  /** False when the database did not let us try: then the rest is what the project alone says. */
  validated: boolean;
  /** Why not validated. */
  notice?: string;
  /** One for each action of the execution graph, in its order. */
  actions: ActionFinding[];
}

/** The expected effect on one action. */
export interface ActionFinding {
  target: Target;
  effect: PlanEffect;
  /** Its definition is that of its last run, and its relation as that run left it. */
  unchanged?: true;
  /** The kind of the relation of that name that goes first. */
  dropsFirst?: RelationKind;
  status: "checked" | "failed" | "notChecked";
  /** Why it is not checked. */
  reason?: string;
  /** For `failed`: what PostgreSQL says. */
  error?: SqlError;
  /** Statements that only a run executes. */
  uncheckedStatements: UncheckedStatement[];
  /** The columns that its relation would have; absent when that is not known. */
  columns?: PlannedColumn[];
  /** Against the relation as it is now; none for a new one. */
  columnChanges: ColumnChange[];
  /** For an existing table: how it would get its rows, in words. */
  replacement?: string;
  /** What else would change, in words: indexes, grants, … */
  notes?: string[];
}

/**
 * `create`: it is not there yet. `rebuild`: made anew with other columns. `replaceRows`: all rows
 * new. `replaceView`: the definition is replaced. `append`, `merge`, `overwrite`: rows are added or
 * changed. `refresh`: a materialized view. `run`: statements as written. `check`: an assertion.
 */
export type PlanEffect =
  | "create"
  | "rebuild"
  | "replaceRows"
  | "replaceView"
  | "append"
  | "merge"
  | "overwrite"
  | "keyed"
  | "refresh"
  | "run"
  | "check"
  | "nothing";

/** A statement that was not sent, and why. */
export interface UncheckedStatement {
  statement: string;
  reason: string;
}

/** A column with its type as PostgreSQL writes it. */
export interface PlannedColumn {
  name: string;
  type: string;
}

/** One difference between a relation as it is and as it would be. */
export type ColumnChange =
  | { change: "added"; name: string; type: string }
  | { change: "removed"; name: string; type: string }
  | { change: "retyped"; name: string; from: string; to: string };
