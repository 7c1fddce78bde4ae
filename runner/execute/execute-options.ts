import type { CompiledGraph } from "../compile/compiled-graph.ts";
import type { WarehouseState } from "../database/warehouse/warehouse-state.ts";
import type { RunConfig } from "../plan/run-config.ts";
import type { RunListener } from "../results/run-event.ts";
import type { ActionResult } from "../results/run-result.ts";
import type { Proofs } from "./proofs/proofs.ts";

/** What actions with JiT code need to become tasks: the inputs of the plan. */
export interface JitPlan {
  compiled: CompiledGraph;
  state: WarehouseState;
  config: RunConfig;
  /** 60,000 unless set. */
  timeoutMillis?: number | undefined;
}

/** The options of a run, beside its graph and its database. */
export interface ExecuteOptions {
  runId: string;
  /** Actions that run at the same time. */
  threads: number;
  listener: RunListener;
  /** Aborted by Ctrl-C: nothing more is started, running statements are cancelled. */
  signal?: AbortSignal | undefined;
  /** When it is aborted nothing more is started; running actions finish. */
  startNoMore?: AbortSignal | undefined;
  /** How often an action is run again after an error that may pass; 0 unless set. */
  retryLimit?: number | undefined;
  /** Milliseconds that one statement of an action may take; no limit unless set. */
  statementTimeoutMillis?: number | undefined;
  /** Results of an earlier run, by `targetKey`: these actions are not run again. */
  reused?: ReadonlyMap<string, ActionResult> | undefined;
  /** For a run of what changed: what is known of each action, and kept of each success. */
  proofs?: Proofs | undefined;
  /** The run that this one continues. */
  resumedFrom?: string | undefined;
  /** What actions with JiT code need to become tasks. */
  jit?: JitPlan | undefined;
  /** Returns milliseconds since 1970-01-01 UTC; a parameter so that tests can set it. */
  now: () => number;
}
