import type { ExecutionAction, ExecutionGraph } from "../plan/execution-graph.ts";
import type { ActionResult, RunResult } from "./run-result.ts";

/** Everything that a reporter can hear of during a run, in order. */
export type RunEvent =
  | { type: "runStarted"; graph: ExecutionGraph; database: string }
  | { type: "actionStarted"; action: ExecutionAction }
  /** Each try of an action, before it does anything; `pg_xact_status` takes the number. */
  | { type: "transactionStarted"; action: ExecutionAction; transactionId: string }
  /** The sessions that block a statement of an action; empty when it goes on. */
  | { type: "actionWaiting"; action: ExecutionAction; waitsFor: readonly string[] }
  /** How many seconds actions usually take, by `targetKey`; only where a listener wants to know. */
  | { type: "usualDurations"; seconds: ReadonlyMap<string, number> }
  | { type: "actionFinished"; result: ActionResult; finished: number; total: number }
  | { type: "notice"; message: string }
  | { type: "runFinished"; result: RunResult };

/** Receives the events of a run; must not throw. */
export type RunListener = (event: RunEvent) => void;
