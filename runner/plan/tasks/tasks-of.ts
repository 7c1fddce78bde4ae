import {
  actionsOf,
  type CompiledGraph,
  isRunnable,
  type RunnableEntry,
} from "../../compile/compiled-graph.ts";
import { type JitResult, withJitResult } from "../../compile/jit-code.ts";
import type { WarehouseState } from "../../database/warehouse/warehouse-state.ts";
import { targetKey } from "../../target.ts";
import type { ExecutionAction, ExecutionTask } from "../execution-graph.ts";
import { assertionLimitsIn } from "../gates/assertion-limits.ts";
import { incrementTasks } from "../increments/increment.ts";
import type { RunConfig } from "../run-config.ts";
import { assertionTasks } from "./assertion-tasks.ts";
import { incrementalTasks } from "./incremental-tasks.ts";
import { operationTasks } from "./operation-tasks.ts";
import { tableTasks } from "./table-tasks.ts";
import { viewTasks } from "./view-tasks.ts";

/** What the tasks of actions are made of, beside the actions themselves. */
export interface TaskContext {
  state: WarehouseState;
  config: RunConfig;
  limitsOf: ReturnType<typeof assertionLimitsIn>;
}

/** Takes an action of a compiled graph; returns its tasks, by its kind. */
export function tasksOf(
  { type, action }: RunnableEntry,
  { state, config, limitsOf }: TaskContext,
): ExecutionTask[] {
  switch (type) {
    case "table":
      return tableTasks(action, state);
    case "view":
      return viewTasks(action, state);
    case "incremental":
      return incrementalTasks(action, state, config);
    case "operation":
      return operationTasks(action);
    case "assertion":
      return assertionTasks(action, state, limitsOf(action));
  }
}

/**
 * Takes a planned action whose SQL is made by code during the run, and what the code returned; returns
 * the tasks of the action. Throws an `Error` when what was returned is no SQL.
 */
export function jitTasksOf(
  { target, increment }: ExecutionAction,
  result: JitResult,
  {
    compiled,
    state,
    config,
  }: { compiled: CompiledGraph; state: WarehouseState; config: RunConfig },
): ExecutionTask[] {
  const key = targetKey(target);
  const entry = actionsOf(compiled)
    .filter(isRunnable)
    .find(({ action }) => targetKey(action.target) === key);
  if (entry === undefined) return [];
  const limitsOf = assertionLimitsIn(compiled);
  const tasks = tasksOf(withJitResult(entry, result), { state, config, limitsOf });
  const isFollowing = increment !== undefined && entry.type === "incremental";
  return isFollowing ? incrementTasks(tasks, increment, entry.action) : tasks;
}
