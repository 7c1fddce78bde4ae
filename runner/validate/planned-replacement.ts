import type { Session } from "../database/database.ts";
import type { ExecutionAction } from "../plan/execution-graph.ts";
import { chooseRefresh, describeRefresh } from "../plan/publish/refresh-rule.ts";
import { chooseReplacement, describeReplacement } from "../plan/publish/replacement-rule.ts";
import type { BuildTask, MaterializedTask } from "../plan/publish-task.ts";
import { readRefreshFacts } from "../relation/refresh-facts.ts";
import { readReplacementFacts } from "../relation/replacement-facts.ts";
import type { ActionFinding } from "../results/plan-findings.ts";
import { afterSwap, waitingReaders } from "./waiting-readers.ts";

/** How an existing relation would get its rows. */
export interface PlannedReplacement {
  /** In words. */
  how: string;
  /** What would make readers wait, one sentence each. */
  warnings: string[];
}

/**
 * Whether an action gives an existing relation all of its rows anew, so that there is a way to replace
 * them.
 */
export function replacesRows({ effect }: ActionFinding): boolean {
  return effect === "replaceRows" || effect === "rebuild" || effect === "refresh";
}

/**
 * How a run would replace the rows of a table or materialized view as it is now; undefined for other
 * actions. How many rows differ is known only when the query has run.
 */
export async function plannedReplacement(
  session: Session,
  action: ExecutionAction,
  finding: ActionFinding,
): Promise<PlannedReplacement | undefined> {
  const task = action.tasks.find((each) => each.type === "publish");
  if (!task || !replacesRows(finding)) return undefined;
  if (task.strategy === "replace") return ofTable(session, action, task, finding);
  if (task.strategy === "materialized") return ofMaterialized(session, action, task, finding);
  return undefined;
}

async function ofTable(
  session: Session,
  action: ExecutionAction,
  task: BuildTask,
  { effect }: ActionFinding,
): Promise<PlannedReplacement> {
  const sameColumns = effect === "replaceRows";
  const { target, distribution } = action;
  const known = await readReplacementFacts(session, target, task, { distribution });
  const facts = { ...known, sameColumns };
  const choice = chooseReplacement(facts);
  const how = describeReplacement(choice, true);
  if (choice.how !== "swap") return { how, warnings: [] };
  const advice = sameColumns ? 'postgres: { replace: "inPlace" }' : undefined;
  const isPartitioned = facts.isPartitioned || task.partitioning !== undefined;
  const filling = isPartitioned ? ["readers wait while its partitions are made and filled"] : [];
  return { how, warnings: [...filling, ...(await waitingReaders(session, action, advice))] };
}

// Whether its definition is another one is known when the run makes it; other columns are.
async function ofMaterialized(
  session: Session,
  action: ExecutionAction,
  task: MaterializedTask,
  { effect }: ActionFinding,
): Promise<PlannedReplacement> {
  if (effect === "rebuild") {
    const warnings = await waitingReaders(session, action, undefined);
    return { how: "swapped for a new one (another definition)", warnings };
  }
  const choice = chooseRefresh(await readRefreshFacts(session, action.target, task));
  const how = describeRefresh(choice);
  const advice = "a unique index on columns";
  switch (choice.how) {
    case "concurrently":
      return { how: `${how}; swapped when its definition has changed`, warnings: [] };
    case "swap":
      return { how, warnings: await waitingReaders(session, action, advice) };
    case "inPlace":
      return { how, warnings: await afterSwap(action.tasks, advice) };
  }
}
