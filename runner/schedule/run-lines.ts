import { errorOf, isWarning, secondsOf } from "../report/assertion-report.ts";
import type { RunEvent } from "../results/run-event.ts";
import type { ActionResult } from "../results/run-result.ts";
import { targetName } from "../target.ts";

/** One line of the log of a schedule, before its time is added. */
export interface LogLine {
  level: "info" | "warning" | "error";
  event: string;
  [field: string]: unknown;
}

/** Returns the line of the log for an event of a run, or undefined when the log leaves it out. */
export function runLine(event: RunEvent): LogLine | undefined {
  switch (event.type) {
    case "runStarted":
      return {
        ...{ level: "info", event: "actionsPlanned" },
        ...{ actions: event.graph.actions.length, database: event.database },
      };
    case "actionFinished":
      return actionLine(event.result);
    case "notice":
      return { level: "info", event: "notice", message: event.message };
    default:
      return undefined;
  }
}

function actionLine(result: ActionResult): LogLine {
  const { target, type, status, reason, reused, retries, tasks } = result;
  const outcome = tasks.find(({ assertion }) => assertion)?.assertion;
  const rows = tasks.find(({ rowCount }) => rowCount !== undefined)?.rowCount;
  const fine = isWarning(result) ? "warning" : "info";
  const level = status === "failed" || status === "skipped" ? "error" : fine;
  const found = outcome && { failingRows: outcome.failingRows, allowed: outcome.allowed };
  return {
    ...{ level, event: "actionFinished", action: targetName(target), type, status },
    ...{ seconds: secondsOf(result), rows, reason, reused, retries },
    ...{ error: errorOf(result)?.message, ...found },
  };
}
