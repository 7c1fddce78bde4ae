import type { Session } from "../database/database.ts";
import { afterSavepoint } from "../database/savepoint.ts";
import { qualifiedName } from "../names/identifiers.ts";
import type { AssertionTask } from "../plan/execution-graph.ts";
import type { RebuiltLater } from "../relation/dependents.ts";
import type { DroppedKey } from "../relation/inbound-keys.ts";
import { dressAsBefore, readLeftAway } from "../relation/left-away.ts";
import type { AssertionOutcome } from "../results/run-result.ts";
import type { Target } from "../target.ts";
import { judgeAssertion } from "./gates/judge-assertion.ts";
import { replaceView } from "./publish/publish-view.ts";

/**
 * Keeps the assertion's query as a view in the assertion schema, as Dataform does, and judges its
 * rows, unless the gate of its table has done so in this run: then `known` is the outcome.
 */
export async function checkAssertion(
  session: Session,
  target: Target,
  task: AssertionTask,
  rebuiltLater: RebuiltLater,
  known: AssertionOutcome | undefined,
): Promise<{ assertion: AssertionOutcome; droppedKeys: DroppedKey[] }> {
  const left = await readLeftAway({ session, target, rebuiltLater });
  const { statement } = task;
  const droppedKeys = await replaceView({
    ...{ session, target, rebuiltLater },
    task: left ? { statement } : task,
  });
  if (left) await dressAsBefore(session, left);
  if (known) return { assertion: known, droppedKeys };
  const whole = task.percentOf && qualifiedName(task.percentOf);
  // An assertion only reads: what its functions have written is undone, as in a gate.
  const judge = () => judgeAssertion(session, qualifiedName(target), task, whole);
  return { assertion: await afterSavepoint(session, judge, () => false), droppedKeys };
}
