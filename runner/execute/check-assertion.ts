import type { Session } from "../database/database.ts";
import { qualifiedName } from "../names/identifiers.ts";
import type { AssertionTask } from "../plan/execution-graph.ts";
import type { RebuiltLater } from "../relation/dependents.ts";
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
): Promise<AssertionOutcome> {
  await replaceView({ session, target, task, rebuiltLater });
  if (known) return known;
  const whole = task.percentOf && qualifiedName(task.percentOf);
  await session.query("savepoint dataform_assertion");
  const outcome = await judgeAssertion(session, qualifiedName(target), task, whole);
  // An assertion looks: what its functions have written goes again, as in a gate.
  await session.query(
    "rollback to savepoint dataform_assertion; release savepoint dataform_assertion",
  );
  return outcome;
}
