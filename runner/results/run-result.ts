import type { SqlError } from "../errors.ts";
import type { ActionType } from "../plan/execution-graph.ts";
import type { Target } from "../target.ts";

/** How an action or task ended. */
export type ActionStatus = "successful" | "failed" | "skipped" | "disabled" | "cancelled";

/** How a run ended. */
export type RunStatus = "successful" | "failed" | "cancelled" | "timed_out";

/** Milliseconds since 1970-01-01 UTC. */
export interface Timing {
  startTimeMillis: number;
  endTimeMillis: number;
}

/** What happened in one run, as written to target/run_results.json. */
export interface RunResult {
  runId: string;
  /** The run that this one continued. */
  resumedFrom?: string;
  status: RunStatus;
  timing: Timing;
  actions: ActionResult[];
}

/** What happened to one action. */
export interface ActionResult {
  target: Target;
  type: ActionType;
  fileName: string;
  tags: string[];
  status: ActionStatus;
  /** For `skipped`: the failed action at the root of it. For `cancelled`: why. For an unchanged one: since when. */
  reason?: string;
  /**
   * It was not run: tasks and timing are those of the run that this one continued; there are no tasks when it is
   * unchanged.
   */
  reused?: true;
  /** In a run of what changed: its last success, in ISO 8601, since which nothing changed. */
  unchangedSince?: string;
  /** How often it was run again after an error that may pass; absent when it was not. */
  retries?: number;
  /** Milliseconds that its statements were seen waiting for locks; absent when they were not. */
  lockWaitMillis?: number;
  tasks: TaskResult[];
  timing: Timing;
}

/** What happened in one step of an action. */
export interface TaskResult {
  /**
   * `reconcile`: indexes, constraints, grants and the like changed to match the declared settings.
   */
  type: "statement" | "publish" | "assertion" | "reconcile";
  status: ActionStatus;
  /** Rows written or changed, when PostgreSQL says so. */
  rowCount?: number;
  /** For a table that was there: how it got its rows, in words. */
  replacement?: string;
  /** For a table that was there: its query gave the rows that it had. */
  isUnchanged?: boolean;
  error?: SqlError;
  assertion?: AssertionOutcome;
  /** For `reconcile`: descriptions of the changes; empty when there were none. */
  changes?: string[];
  timing: Timing;
}

/** What an assertion found. */
export interface AssertionOutcome {
  rule: string;
  checks?: Target;
  failingRows: number;
  /** Only the rows that the run added were checked. */
  rows?: "new";
  /** `tolerated`: not more than is allowed. `warning`: more, and only told. Absent: 0 rows, or failed. */
  verdict?: "tolerated" | "warning";
  /** Rows of the checked relation, where a rule needs their number. */
  total?: number;
  /** The allowed number of failing rows, as text: `10 rows`, `0.5 % of 2000 rows`. */
  allowed?: string;
  /** Up to 5 offending rows, each as a JSON object of PostgreSQL's text forms. */
  sample: Record<string, unknown>[];
}
