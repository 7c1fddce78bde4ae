import type { CompiledGraph } from "../../compile/compiled-graph.ts";
import { type Target, targetKey } from "../../target.ts";
import type { ExecutionAction } from "../execution-graph.ts";
import { strictTask } from "./gates.ts";

/**
 * The actions of a run with the edges of the assertions that check several relations or the age of a
 * source: whatever depends on one of these relations waits for the assertion, unless the assertion
 * itself needs it.
 * In the order of the graph; an edge that would close a cycle is left out.
 */
export function withHeldBack(
  actions: readonly ExecutionAction[],
  compiled: CompiledGraph,
): ExecutionAction[] {
  const checked = checkedRelations(actions, compiled);
  if (checked.length === 0) return [...actions];
  const compiledParents = compiledDependencies(compiled);
  const parents = new Map(
    actions.map(({ target, dependencyTargets }) => [
      targetKey(target),
      new Set(dependencyTargets.map(targetKey)),
    ]),
  );
  const heldBackBy = new Map<string, Target[]>();
  for (const { assertion, relations } of checked) {
    const needed = ancestors(targetKey(assertion), parents);
    for (const { target, type } of actions) {
      const key = targetKey(target);
      const own = parents.get(key);
      if (type === "assertion" || !own || needed.has(key) || own.has(targetKey(assertion)))
        continue;
      const reads = [...own, ...(compiledParents.get(key) ?? [])];
      if (!reads.some((parent) => relations.has(parent))) continue;
      own.add(targetKey(assertion));
      heldBackBy.set(key, [...(heldBackBy.get(key) ?? []), assertion]);
    }
  }
  return actions.map((action) => {
    const held = heldBackBy.get(targetKey(action.target));
    if (!held) return action;
    const dependencyTargets = [...action.dependencyTargets, ...held];
    return { ...action, dependencyTargets, heldBackBy: held };
  });
}

/**
 * Assertions that can hold something back and depend on more than one action of the project, and those
 * of the age of a source.
 */
function checkedRelations(actions: readonly ExecutionAction[], compiled: CompiledGraph) {
  const { tables = [], operations = [], assertions = [] } = compiled;
  const relations = new Set([...tables, ...operations].map(({ target }) => targetKey(target)));
  const sources = new Set(
    assertions.flatMap(({ target, freshnessOf }) => (freshnessOf ? targetKey(target) : [])),
  );
  const dependencies = new Map<string, ReadonlySet<string>>(
    assertions.map(({ target, parentAction, freshnessOf, dependencyTargets = [] }) => {
      if (freshnessOf) return [targetKey(target), new Set([targetKey(freshnessOf)])];
      const keys = parentAction ? [] : dependencyTargets.map(targetKey);
      return [targetKey(target), new Set(keys.filter((key) => relations.has(key)))];
    }),
  );
  return actions.flatMap((action) => {
    const found = dependencies.get(targetKey(action.target));
    const isOfSource = sources.has(targetKey(action.target));
    const isOne = found && (isOfSource || found.size > 1) && strictTask(action);
    return isOne ? [{ assertion: action.target, relations: found }] : [];
  });
}

// Also what a selection has left away is what an action reads.
function compiledDependencies({ tables = [], operations = [] }: CompiledGraph) {
  return new Map(
    [...tables, ...operations].map(({ target, dependencyTargets = [] }) => [
      targetKey(target),
      dependencyTargets.map(targetKey),
    ]),
  );
}

function ancestors(key: string, parents: ReadonlyMap<string, ReadonlySet<string>>): Set<string> {
  const found = new Set<string>();
  const pending = [key];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (found.has(next)) continue;
    found.add(next);
    pending.push(...(parents.get(next) ?? []));
  }
  return found;
}
