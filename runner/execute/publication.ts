import type { Distribution } from "../plan/distribution/distribution.ts";
import type { PublishTask } from "../plan/publish-task.ts";
import type { ChangedRelation } from "../relation/dependents.ts";
import type { Gate } from "./gates/gate.ts";

/** A relation that one task of an action makes or changes. */
export interface Publication<Task extends PublishTask = PublishTask> extends ChangedRelation {
  task: Task;
  /** Checks the rows before they are published. */
  gate: Gate;
  /** Told that the rows of the table are those that it has, before the gate judges them. */
  onUnchanged?: (() => void) | undefined;
  /** Whether nothing that this run has done makes it likely that its rows are others now. */
  mayBeUnchanged?: boolean;
  /** How Citus spreads its rows; absent for a local table. */
  distribution?: Distribution | undefined;
}
