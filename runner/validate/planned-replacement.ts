import type { Session } from "../database/database.ts";
import { readReplacementFacts } from "../execute/replacement-facts.ts";
import { chooseReplacement, describeReplacement } from "../execute/replacement-rule.ts";
import type { ExecutionAction } from "../plan/execution-graph.ts";
import type { ActionFinding } from "./findings.ts";

/** Whether an action gives a table that is there all of its rows anew, and so has a way to do it. */
export function replacesRows({ effect }: ActionFinding): boolean {
  return effect === "replaceRows" || effect === "rebuild";
}

/**
 * In words, how a run would replace the rows of a table as it is now; undefined for other actions.
 * How many rows differ is known only when the query has run.
 */
export async function plannedReplacement(
  session: Session,
  { target, tasks }: ExecutionAction,
  finding: ActionFinding,
): Promise<string | undefined> {
  const task = tasks.find((each) => each.type === "publish" && each.strategy === "replace");
  if (task?.type !== "publish" || !replacesRows(finding)) return undefined;
  const facts = await readReplacementFacts(session, target, task);
  const sameColumns = finding.effect === "replaceRows";
  return describeReplacement(chooseReplacement({ ...facts, sameColumns }), true);
}
