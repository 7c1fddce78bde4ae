import type { Database } from "../../database/database.ts";
import type { ActionChange, ExecutionAction } from "../../plan/execution-graph.ts";
import type { ActionResult } from "../../results/run-result.ts";
import { targetKey } from "../../target.ts";
import type { ExecuteOptions } from "../execute-options.ts";
import { failureFrom } from "../failure.ts";

/** The actions of a run of what changed that do not run. */
export interface Unchanged {
  /** Whether an action was unchanged when the run began. */
  mayBe(action: ExecutionAction): boolean;
  /** The result of an action that is still unchanged; undefined when it has to run. To be asked in graph order. */
  resultOf(action: ExecutionAction): Promise<ActionResult | undefined>;
  /** Takes a disabled action, in graph order: what reads its relation may see other rows when something before it has run. */
  passOn(action: ExecutionAction): void;
}

/**
 * Takes a run and tells which of its actions need not run. What stands behind an action that ran is compared with the
 * database again: the tables that it reads may have other rows by now, or the same.
 */
export function createUnchanged(
  database: Database,
  { proofs, now }: Pick<ExecuteOptions, "proofs" | "now">,
): Unchanged {
  const ran = new Set<string>();
  const passOn = ({ target, dependencyTargets }: ExecutionAction) => {
    const isBehind = dependencyTargets.some((each) => ran.has(targetKey(each)));
    if (isBehind) ran.add(targetKey(target));
    return isBehind;
  };
  const changeOf = async (action: ExecutionAction) => {
    const first = action.change;
    const isBehind = passOn(action);
    if (!first || first.runs || !proofs || !isBehind) return first;
    return proofs.look(action, database).catch(whyUnknown);
  };
  return {
    mayBe: ({ change }) => change?.runs === false,
    passOn,
    async resultOf(action) {
      const change = await changeOf(action);
      if (change?.runs !== false) {
        ran.add(targetKey(action.target));
        return undefined;
      }
      const { target, type, fileName, tags } = action;
      const timing = { startTimeMillis: now(), endTimeMillis: now() };
      const { since } = change;
      const status = "successful" as const;
      return {
        ...{ target, type, fileName, tags, status, reason: `unchanged since ${since}` },
        ...{ reused: true as const, unchangedSince: since, tasks: [], timing },
      };
    },
  };
}

/** What cannot be compared runs: a lost connection or a cancelled run is then the result of the action. */
function whyUnknown(error: unknown): ActionChange {
  return { runs: true, reason: failureFrom(error).error.message };
}
