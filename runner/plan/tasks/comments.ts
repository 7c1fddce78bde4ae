import type { ActionDescriptor } from "../../compile/compiled-graph.ts";
import type { WarehouseState } from "../../database/warehouse/warehouse-state.ts";
import { targetKey } from "../../target.ts";
import type { Comments, ExecutionAction } from "../execution-graph.ts";

/** The comments of an action; nested column paths (BigQuery records) do not exist here. */
export function commentsOf(action: { actionDescriptor?: ActionDescriptor }): Comments {
  const { description, columns = [] } = action.actionDescriptor ?? {};
  return {
    ...(description ? { description } : {}),
    columns: columns.flatMap(({ path: [column, ...nested], description }) =>
      column === undefined || nested.length > 0 || !description ? [] : [{ column, description }],
    ),
  };
}

/** The actions with the comments that earlier runs have set on their relations. */
export function withRememberedComments(
  actions: readonly ExecutionAction[],
  { comments: known }: WarehouseState,
): ExecutionAction[] {
  return actions.map((action) => {
    const remembered = known?.get(targetKey(action.target));
    if (!action.comments || !remembered) return action;
    return { ...action, comments: { ...action.comments, remembered } };
  });
}
