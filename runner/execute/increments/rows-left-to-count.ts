import type { Session } from "../../database/database.ts";
import type { ExecutionAction } from "../../plan/execution-graph.ts";
import { targetName } from "../../target.ts";
import { areLeftToCount } from "./appended-rows.ts";

/**
 * Which rows of tables that an action follows no run has counted since rows were last added, in words: a run counts only a
 * part of a large table to which rows are only added, and a late row may be among the others. To be asked once, at the end
 * of each run of the action; `mayHaveMore`: unless nothing was added since it was asked last.
 */
export async function rowsLeftToCount(
  session: Session,
  { target, increment }: ExecutionAction,
  mayHaveMore: boolean,
): Promise<string | undefined> {
  const left: string[] = [];
  for (const follow of increment?.follows ?? []) {
    if (!follow.appendOnly) continue;
    const areLeft = await areLeftToCount(session, target, follow, { mayHaveMore });
    if (areLeft) left.push(`rows of ${targetName(follow.target)} are still to be counted again`);
  }
  return left[0];
}
