import type { CompiledUnitTest } from "../compile/compiled-graph.ts";
import { createDag } from "../graph/dag.ts";
import type { SelectableAction } from "../plan/selection/match-selector.ts";
import { type SelectionConfig, selectActions } from "../plan/selection/selection.ts";
import { targetKey } from "../target.ts";

/**
 * The tests that selectors and tags select, by their own name or file or by their dataset's name;
 * all when nothing is named. Throws SELECTION_EMPTY, with the nearest names, when something names
 * nothing.
 */
export function selectUnitTests(
  tests: readonly CompiledUnitTest[],
  config: Pick<SelectionConfig, "actions" | "tags">,
): CompiledUnitTest[] {
  const datasets = new Map(tests.map(({ dataset }) => [targetKey(dataset), dataset]));
  const actions: SelectableAction[] = [
    ...[...datasets.values()].map((target) => ({ target, fileName: "", tags: [] })),
    ...tests.map((test) => ({ ...test, target: targetOf(test), parentTarget: test.dataset })),
  ];
  const dag = createDag(new Map(actions.map(({ target }) => [targetKey(target), []])));
  const selected = new Set(selectActions(dag, actions, config).nodes);
  return tests.filter((test) => selected.has(targetKey(targetOf(test))));
}

function targetOf({ dataset, name }: CompiledUnitTest) {
  return { ...dataset, name };
}
