import type { PublishTask } from "../plan/publish-task.ts";
import type { ChangedRelation } from "../relation/dependents.ts";
import type { Gate } from "./gates/gate.ts";

/** A relation that is being made or changed by one task of an action, and all that this needs. */
export interface Publication<Task extends PublishTask = PublishTask> extends ChangedRelation {
  task: Task;
  /** Checks the rows before they are public. */
  gate: Gate;
}
