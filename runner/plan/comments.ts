import type { ActionDescriptor } from "../compile/compiled-graph.ts";
import type { Comments } from "./execution-graph.ts";

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
