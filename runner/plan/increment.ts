import type { CompiledGraph, CompiledTable } from "../compile/compiled-graph.ts";
import { postgresSettingsOf, relationNamed } from "../compile/postgres-settings-of.ts";
import { RunnerError } from "../errors.ts";
import { shortHash } from "../short-hash.ts";
import { type Target, targetKey, targetName } from "../target.ts";
import type { ExecutionAction, ExecutionTask, Follow, Increment } from "./execution-graph.ts";

/** The incremental tables that follow others by key, with what they follow. They wait for it. */
export function withIncrements(
  actions: readonly ExecutionAction[],
  compiled: CompiledGraph,
): ExecutionAction[] {
  const tables = new Map((compiled.tables ?? []).map((table) => [targetKey(table.target), table]));
  return actions.map((action) => {
    const table = tables.get(targetKey(action.target));
    const increment = table && !action.disabled ? incrementOf(table, compiled) : undefined;
    if (!increment) return action;
    const sources = [...increment.follows.map(({ target }) => target), ...increment.recomputeWhen];
    const known = new Set([action.target, ...action.dependencyTargets].map(targetKey));
    const others = sources.filter((target) => !known.has(targetKey(target)));
    const dependencyTargets = [...action.dependencyTargets, ...others];
    const tasks = action.tasks.map((task) => keyed(task, increment));
    return { ...action, tasks, increment, dependencyTargets };
  });
}

// Only what adds to a table that is there: a first build and a full refresh take all rows.
function keyed(task: ExecutionTask, { follows }: Increment): ExecutionTask {
  const isAdding = task.type === "publish" && ["append", "merge"].includes(task.strategy);
  return isAdding ? { ...task, strategy: "keyed", follows } : task;
}

function incrementOf(table: CompiledTable, compiled: CompiledGraph): Increment | undefined {
  const { follows = [], recomputeWhen = [] } = postgresSettingsOf(table) ?? {};
  if (follows.length === 0) return undefined;
  const resolve = (references: { schema?: string; name: string }) =>
    resolved(references, compiled, table.target);
  const isVariable = (name: string) => name.startsWith("vars.");
  const variables = recomputeWhen.filter(isVariable).map((name) => {
    const value = compiled.projectConfig.vars?.[name.slice("vars.".length)];
    return [name, value ?? null];
  });
  return {
    follows: follows.map(({ references, columns }) => ({ target: resolve(references), columns })),
    recomputeWhen: recomputeWhen
      .filter((name) => !isVariable(name))
      .map((written) => {
        const [name = "", schema] = written.split(".").reverse();
        return resolve({ name, ...(schema && { schema }) });
      }),
    // An edited query means that every stored row may be another one by now.
    fingerprint: shortHash(JSON.stringify([table.query, table.preOps ?? [], variables])),
  };
}

function resolved(
  references: { schema?: string; name: string },
  compiled: CompiledGraph,
  from: Target,
): Target {
  const target = relationNamed(references, compiled);
  if (target) return target;
  throw new RunnerError("INTERNAL", `${targetName(from)} follows nothing: ${references.name}`);
}

/**
 * The name of the temporary relation that holds the keys of a followed table that have changed, as
 * the author's query knows it; without `pg_temp`.
 */
export function changedName({ target }: Follow): string {
  return `${target.name}__changed`;
}
