import type { Session } from "../database/database.ts";
import type { PublishTask } from "../plan/publish-task.ts";
import type { RebuiltLater } from "../relation/dependents.ts";
import type { Target } from "../target.ts";
import type { Gate } from "./gates/gate.ts";

/** A relation that is being made or changed by one task of an action, and all that this needs. */
export interface Publication<Task extends PublishTask = PublishTask> {
  /** The session in whose transaction it happens. */
  session: Session;
  target: Target;
  task: Task;
  /** What the run makes again later: views of it may be left away meanwhile. */
  rebuiltLater: RebuiltLater;
  /** Checks the rows before they are public. */
  gate: Gate;
}
