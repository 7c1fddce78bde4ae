import type { ExecutionAction } from "../../plan/execution-graph.ts";
import type { TaskResult } from "../../results/run-result.ts";
import type { Environment } from "./environment.ts";
import type { CheckedProof } from "./proof-table.ts";

/** Why an action runs in every run, whatever its proof says; undefined when that depends. */
export function whyAlways(action: ExecutionAction): string | undefined {
  const { type, tasks, jit } = action;
  if (type === "operation") return "operations run in every run";
  if (jit) return "its SQL is made while it runs";
  if (tasks.some((task) => task.type === "statement"))
    return "its pre- and post-operations run in every run";
  if (tasks.some((task) => task.type === "assertion" && task.usual))
    return "it compares with earlier runs";
  return undefined;
}

/**
 * Why a table that reads itself may get other rows in the next run although nothing else changes, in words: it may take a
 * part of its source in each run. Undefined when its last run changed nothing, and for one that follows others by key, of
 * which all changed keys were computed.
 */
export function whyItGoesOn(
  { increment }: Pick<ExecutionAction, "increment">,
  { readsItself }: { readsItself: boolean },
  tasks: readonly TaskResult[],
): string | undefined {
  const mayGoOn = readsItself && !increment;
  const isChanged = tasks.some(({ type, rowCount }) => type === "publish" && rowCount !== 0);
  return mayGoOn && isChanged ? "it reads itself, and its last run changed it" : undefined;
}

/** Whether the rows that an action reads decide what it makes; of a view only the definition is made. */
export function countsRows({ tasks }: Pick<ExecutionAction, "tasks">): boolean {
  return !tasks.some((task) => task.type === "publish" && task.strategy === "view");
}

/** Why a proof does not hold now, in words; undefined when it does. */
export function whyNot(
  proof: CheckedProof | undefined,
  now: { fingerprint: string; environment: Environment; other: string | undefined },
): string | undefined {
  if (proof === undefined) return "no success with --changed is known";
  if (proof.never !== undefined) return proof.never;
  if (proof.fingerprint !== now.fingerprint) return "its code or its settings changed";
  if (!proof.isFinished) return "its last run changed what is attached to it, or did not end";
  const { environment } = proof;
  if (environment.server !== now.environment.server) return "this is another server or version";
  if (environment.settings !== now.environment.settings) return "the role or its settings changed";
  if (environment.code !== now.environment.code)
    return "functions, types or operators of the database changed";
  if (environment.collations !== now.environment.collations)
    return "the server sorts by other data of its collations";
  if (proof.countsRows && environment.counters !== now.environment.counters)
    return "PostgreSQL counts anew: its statistics were reset, or it crashed";
  if (proof.changed !== undefined) return proof.changed;
  if (!proof.isTargetSame) return "it is not as the last run left it";
  if (!proof.countsRows) return undefined;
  if (now.other !== undefined) return `rows may not be counted yet: ${now.other}`;
  return undefined;
}
