import type { ActionResult } from "./run-result.ts";

/** Takes a result and returns the rows of its publishing task; where nothing is published, of all its statements. */
export function rowsOf({ tasks }: Pick<ActionResult, "tasks">): number | undefined {
  const publishing = tasks.filter(({ type }) => type === "publish");
  const counts = (publishing.length > 0 ? publishing : tasks).flatMap(({ rowCount }) =>
    rowCount === undefined ? [] : [rowCount],
  );
  return counts.length === 0 ? undefined : counts.reduce((sum, count) => sum + count, 0);
}
