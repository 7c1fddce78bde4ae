import type { WarehouseRelation } from "../database/warehouse/warehouse-state.ts";
import type { ExecutionAction } from "../plan/execution-graph.ts";
import type { PublishTask } from "../plan/publish-task.ts";
import type { ActionFinding, PlanEffect } from "../results/plan-findings.ts";
import { columnChanges, haveSameColumns } from "./column-changes.ts";

/**
 * Takes an action, what came of checking it and its relation as it is and as it would be; returns
 * the finding.
 */
export function describeAction(
  action: ExecutionAction,
  outcome: Pick<ActionFinding, "status" | "reason" | "error" | "uncheckedStatements" | "notes">,
  current: WarehouseRelation | undefined,
  planned?: WarehouseRelation,
): ActionFinding {
  const known = outcome.status === "checked" ? planned : undefined;
  const dropsFirst = action.tasks.flatMap(
    (task) => ("dropFirst" in task && task.dropFirst) || [],
  )[0];
  return {
    target: action.target,
    effect: effectOf(action, current, known),
    ...(dropsFirst && { dropsFirst }),
    ...outcome,
    ...(known && { columns: known.columns.map(({ name, type }) => ({ name, type })) }),
    columnChanges:
      current && known && action.type !== "assertion"
        ? columnChanges(current.columns, known.columns)
        : [],
  };
}

function effectOf(
  action: ExecutionAction,
  current: WarehouseRelation | undefined,
  planned: WarehouseRelation | undefined,
): PlanEffect {
  if (action.jit) return action.type === "assertion" ? "check" : "run";
  if (action.disabled || action.tasks.length === 0) return "nothing";
  if (action.type === "assertion") return "check";
  const publish = action.tasks.find((task) => task.type === "publish");
  return publish ? effectOfPublish(publish, current, planned) : "run";
}

function effectOfPublish(
  task: PublishTask,
  current: WarehouseRelation | undefined,
  planned: WarehouseRelation | undefined,
): PlanEffect {
  const dropsFirst = "dropFirst" in task && task.dropFirst !== undefined;
  const isNew = current === undefined || dropsFirst;
  const differs = current && planned && !haveSameColumns(current.columns, planned.columns);
  switch (task.strategy) {
    case "create":
      return "create";
    case "replace":
      return differs ? "rebuild" : "replaceRows";
    case "view":
      return isNew ? "create" : "replaceView";
    case "materialized":
      if (isNew) return "create";
      return differs ? "rebuild" : "refresh";
    case "append":
    case "merge":
    case "overwrite":
    case "keyed":
      return task.strategy;
  }
}
