import type { ProjectOverrides } from "../compile/compile-project.ts";
import type { DatabaseIdentity } from "../database/connection/server-identity.ts";
import type { RunConfig } from "../plan/run-config.ts";
import type { ActionResult, RunStatus } from "../results/run-result.ts";
import type { Target } from "../target.ts";

/** Changes when a log of before can no longer be read. */
export const runLogVersion = 1;

/** One line of a run's log. The first is a `run`; the last an `end`, unless the run was killed. */
export type RunLogLine = RunLogHead | RunLogTransaction | RunLogAction | RunLogEnd;

/**
 * Identifies the run. Holds the command's arguments and identifiers of the server, and no password.
 */
export interface RunLogHead {
  type: "run";
  version: typeof runLogVersion;
  runId: string;
  /** Name of the project's folder. */
  project: string;
  database: DatabaseIdentity;
  /** The settings that the command line changed. */
  overrides: ProjectOverrides;
  runConfig: RunConfig;
  /** The branch, tag or commit of git that the run was compared with. */
  changedSince?: string;
  startTimeMillis: number;
}

/** A transaction that is about to work for an action. */
export interface RunLogTransaction {
  type: "transaction";
  target: Target;
  fingerprint: string;
  transactionId: string;
}

/** An action that came to its end. */
export interface RunLogAction {
  type: "action";
  fingerprint: string;
  result: ActionResult;
}

/** The end of the run. */
export interface RunLogEnd {
  type: "end";
  status: RunStatus;
  endTimeMillis: number;
}
