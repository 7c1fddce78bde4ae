import { RunnerError } from "../../errors.ts";
import { closure, type Dag } from "../../graph/dag.ts";
import { prune } from "../../graph/prune.ts";
import { type Target, targetKey } from "../../target.ts";
import type { RunConfig } from "../run-config.ts";
import { matchSelector, type SelectableAction } from "./match-selector.ts";
import { type Intersection, parseSelectors } from "./selector.ts";

/** The part of a run config that says which actions run. */
export type SelectionConfig = Pick<
  RunConfig,
  | "actions"
  | "tags"
  | "exclude"
  | "only"
  | "assertions"
  | "includeDependencies"
  | "includeDependents"
>;

/**
 * Returns the part of the graph that a run config selects (docs/selection.md), or the whole graph
 * when it selects nothing. Throws SELECTION_EMPTY, with the nearest names, for a selector that
 * matches nothing and when nothing is left, and USAGE for a selector that cannot be parsed.
 */
export function selectActions(
  dag: Dag,
  actions: readonly SelectableAction[],
  config: SelectionConfig,
): Dag {
  const selectors = parseSelectors(config.actions ?? [], "--actions");
  const tags = (config.tags ?? []).map((value) => ({ kind: "tag", value }) as const);
  const isNamed = selectors.length > 0 || tags.length > 0;
  const everything = !isNamed && config.only === undefined;
  if (everything) requireNoNeighbours(config);
  const named = [
    ...selectors.flatMap((each) => [...keysOf(each, dag, actions)]),
    ...tags.flatMap((tag) => matchSelector(tag, actions)),
  ];
  const only = config.only && new Set(config.only);
  const chosen = (isNamed ? named : dag.nodes).filter((key) => only?.has(key) ?? true);
  const selected = new Set(everything ? dag.nodes : withNeighbours(chosen, dag, config));
  if (config.assertions ?? true) addAssertions(selected, actions, true);
  else removeAssertions(selected, actions, selectors);
  const excluded = parseSelectors(config.exclude ?? [], "--exclude").flatMap((each) => [
    ...keysOf(each, dag, actions),
  ]);
  const before = selected.size;
  for (const key of withAssertions(excluded, actions)) selected.delete(key);
  if (selected.size === 0 && before > 0) throw nothingLeft(before);
  return prune(dag, { selected, includeParents: false, includeChildren: false });
}

/**
 * Throws USAGE for a run config that selects nothing in any project: a selector that cannot be parsed,
 * or neighbours of nothing.
 */
export function refuseWrongSelection(config: SelectionConfig): void {
  const selectors = parseSelectors(config.actions ?? [], "--actions");
  parseSelectors(config.exclude ?? [], "--exclude");
  const isNamed = selectors.length > 0 || (config.tags ?? []).length > 0;
  if (!isNamed && config.only === undefined) requireNoNeighbours(config);
}

function requireNoNeighbours({ includeDependencies, includeDependents }: SelectionConfig): void {
  if (!includeDependencies && !includeDependents) return;
  throw new RunnerError("USAGE", "--include-deps and --include-dependents need a selection", {
    hint: "add --actions or --tags",
  });
}

function keysOf(
  selectors: Intersection,
  dag: Dag,
  actions: readonly SelectableAction[],
): ReadonlySet<string> {
  const sets = selectors.map((selector) => {
    const keys = matchSelector(selector, actions);
    const { withDependencies, withDependents } = selector;
    return new Set(
      withNeighbours(keys, dag, {
        includeDependencies: withDependencies,
        includeDependents: withDependents,
      }),
    );
  });
  const [first = new Set<string>(), ...others] = sets;
  const common = new Set([...first].filter((key) => others.every((set) => set.has(key))));
  if (common.size > 0) return common;
  const text = selectors.map((selector) => selector.text).join(" and ");
  throw new RunnerError("SELECTION_EMPTY", `no action is in all of "${text}"`, {
    hint: "each of them selects actions; write a comma instead of `and` for all of these",
  });
}

function withNeighbours(keys: readonly string[], dag: Dag, config: SelectionConfig): string[] {
  return [
    ...keys,
    ...(config.includeDependencies ? closure(dag, keys, "parents") : []),
    ...(config.includeDependents ? closure(dag, keys, "children") : []),
  ];
}

function withAssertions(keys: readonly string[], actions: readonly SelectableAction[]) {
  const set = new Set(keys);
  addAssertions(set, actions);
  return set;
}

function addAssertions(
  keys: Set<string>,
  actions: readonly SelectableAction[],
  withSources = false,
): void {
  const isSelected = (target: Target) => keys.has(targetKey(target));
  for (const { target, parentTarget, readers = [] } of actions) {
    const isBrought = parentTarget && isSelected(parentTarget);
    if (isBrought || (withSources && readers.some(isSelected))) keys.add(targetKey(target));
  }
}

// An assertion that was asked for by its whole name stays.
function removeAssertions(
  keys: Set<string>,
  actions: readonly SelectableAction[],
  selectors: readonly Intersection[],
): void {
  const names = selectors
    .flat()
    .filter(({ kind, value }) => kind === "name" && !value.includes("*"));
  const asked = new Set(names.flatMap((selector) => matchSelector(selector, actions)));
  for (const { target, parentTarget, readers } of actions) {
    const key = targetKey(target);
    if ((parentTarget ?? readers) && !asked.has(key)) keys.delete(key);
  }
}

function nothingLeft(count: number): RunnerError {
  const what = count === 1 ? "the only selected action" : `all ${count} selected actions`;
  return new RunnerError(
    "SELECTION_EMPTY",
    `nothing is left to run: --exclude leaves out ${what}`,
    {
      hint: "exclude less, or select more with --actions or --tags",
    },
  );
}
