import { fittingName, maxNameBytes } from "../names/fitting-name.js";
import { type Target, targetKey } from "../target.ts";
import type { CompiledGraph } from "./compiled-graph.ts";

/**
 * Takes a compiled graph and returns it with a shorter name for every assertion whose name is
 * longer than PostgreSQL keeps, wherever that name is used. PostgreSQL would otherwise cut two such
 * names to the same one, and one assertion would replace the other without an error. `renamed`
 * holds the assertions that the author had named.
 */
export function shortenAssertionNames(graph: CompiledGraph): {
  graph: CompiledGraph;
  renamed: string[];
} {
  const tooLong = (graph.assertions ?? []).filter(
    ({ target, disabled }) => !disabled && target.name !== fittingName(target.name),
  );
  if (tooLong.length === 0) return { graph, renamed: [] };
  const renamed = tooLong
    .filter(({ parentAction }) => !parentAction)
    .map(
      ({ target: { name }, fileName }) =>
        `${fileName}: PostgreSQL keeps ${maxNameBytes} bytes of a name; the assertion ${name} is called ${fittingName(name)} in the database`,
    );
  return {
    graph: withNames(graph, new Set(tooLong.map(({ target }) => targetKey(target)))),
    renamed,
  };
}

function withNames(graph: CompiledGraph, tooLong: ReadonlySet<string>): CompiledGraph {
  const renamed = renameIn(tooLong);
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
