import { actionsOf, type CompiledGraph } from "../../compile/compiled-graph.ts";
import { createDag } from "../../graph/dag.ts";
import { targetKey } from "../../target.ts";
import { type SelectionConfig, selectActions } from "./selection.ts";

/**
 * The compiled graph with only the tables, operations and assertions that are selected, and their
 * targets; everything else in it stays, as in Dataform. Throws what `selectActions` throws.
 */
export function selectCompiled(
  graph: CompiledGraph,
  config: Omit<SelectionConfig, "assertions" | "exclude">,
): CompiledGraph {
  const actions = actionsOf(graph)
    .filter(({ type }) => type !== "declaration")
    .map(({ action }) => action);
  const selectable = actions.map((action) => ({
    target: action.target,
    fileName: action.fileName ?? "",
    tags: "tags" in action ? (action.tags ?? []) : [],
    ...("parentAction" in action && action.parentAction
      ? { parentTarget: action.parentAction }
      : {}),
  }));
  const dag = createDag(
    new Map(
      actions.map(({ target, dependencyTargets = [] }) => [
        targetKey(target),
        dependencyTargets.map(targetKey),
      ]),
    ),
  );
  // A table that is named leaves its assertions; those of a tagged one have its tags.
  const parts = [
    { ...config, tags: [], assertions: false },
    { ...config, actions: [], assertions: true },
  ].filter(({ actions = [], tags = [] }) => actions.length + tags.length > 0);
  const selected = new Set(parts.flatMap((part) => selectActions(dag, selectable, part).nodes));
  const isSelected = ({ target }: { target: (typeof selectable)[number]["target"] }) =>
    selected.has(targetKey(target));
  return {
    ...graph,
    ...(graph.tables && { tables: graph.tables.filter(isSelected) }),
    ...(graph.operations && { operations: graph.operations.filter(isSelected) }),
    ...(graph.assertions && { assertions: graph.assertions.filter(isSelected) }),
    ...(graph.targets && {
      targets: graph.targets.filter((target) => selected.has(targetKey(target))),
    }),
  };
}
