import { type Target, targetKey } from "../target.ts";
import type { CompiledGraph } from "./compiled-graph.ts";
import { fittingName } from "./compiler-process/postgres-dialect.js";

/**
 * Takes a compiled graph and returns it with every built-in assertion whose name is longer than
 * PostgreSQL keeps under a shorter name of its own, wherever that name is used. Two such names would
 * otherwise be cut to the same one, and one assertion would replace the other without an error.
 */
export function shortenAssertionNames(graph: CompiledGraph): CompiledGraph {
  const tooLong = (graph.assertions ?? [])
    .filter(({ parentAction, target }) => parentAction && target.name !== fittingName(target.name))
    .map(({ target }) => targetKey(target));
  if (tooLong.length === 0) return graph;
  const renamed = renameIn(new Set(tooLong));
  const dependencies = <Action extends { dependencyTargets?: Target[] }>(action: Action) =>
    action.dependencyTargets === undefined
      ? action
      : { ...action, dependencyTargets: action.dependencyTargets.map(renamed) };
  return {
    ...graph,
    ...(graph.tables && { tables: graph.tables.map(dependencies) }),
    ...(graph.operations && { operations: graph.operations.map(dependencies) }),
    ...(graph.tests && { tests: graph.tests.map(dependencies) }),
    ...(graph.targets && { targets: graph.targets.map(renamed) }),
    assertions: (graph.assertions ?? []).map((assertion) => ({
      ...dependencies(assertion),
      target: renamed(assertion.target),
    })),
  };
}

function renameIn(keys: ReadonlySet<string>): (target: Target) => Target {
  return (target) =>
    keys.has(targetKey(target)) ? { ...target, name: fittingName(target.name) } : target;
}
