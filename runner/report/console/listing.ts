import { rowsOf } from "../../results/rows-of.ts";
import type { ActionResult, TaskResult } from "../../results/run-result.ts";
import { isWarning } from "../assertion-report.ts";

/** How much of a result is shown as it comes: all that it found, its line alone, or nothing. */
export type Shown = "whole" | "line" | "nothing";

// A run of more actions shows those only that changed something or need a look.
const mostPlainLines = 20;
// And of those only so many, so that thousands of actions fill a page and no more.
const mostChanged = 20;
const mostWhole = 5;
const mostFindings = 20;

/** Returns a function that takes the results of a run in turn, with their number, and says how much is shown. */
export function createListing(isVerbose: boolean): (result: ActionResult, total: number) => Shown {
  let [changed, findings] = [0, 0];
  return (result, total) => {
    if (isVerbose || total <= mostPlainLines) return "whole";
    if (needsLook(result)) {
      findings += 1;
      if (findings <= mostWhole) return "whole";
      return findings <= mostFindings ? "line" : "nothing";
    }
    if (!isChange(result)) return "nothing";
    changed += 1;
    return changed <= mostChanged ? "whole" : "nothing";
  };
}

/** Whether an action failed or warns. */
export function needsLook(result: ActionResult): boolean {
  return result.status === "failed" || isWarning(result);
}

/** Whether an action changed rows or was tried again. */
export function isChange(result: ActionResult): boolean {
  if (result.retries) return true;
  const isSame = result.type === "assertion" || result.reused || result.tasks.some(isUnchanged);
  return result.status === "successful" && !isSame && (rowsOf(result) ?? 0) > 0;
}

function isUnchanged(task: TaskResult): boolean {
  return task.isUnchanged === true;
}

/** Whether a run is so long that not every action of it is shown. */
export function isLong(total: number): boolean {
  return total > mostPlainLines;
}
