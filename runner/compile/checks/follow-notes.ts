import { type Target, targetKey, targetName } from "../../target.ts";
import { type CompiledGraph, type CompiledTable, tableType } from "../compiled-graph.ts";
import { type FollowSettings, referenceOf } from "../settings/follow-settings.ts";
import { relationNamed } from "../settings/relation-named.ts";

/**
 * Takes a compiled graph and returns one line for each incremental table that follows a relation
 * which its query does not read, directly or through views, or reads one that it does not follow.
 */
export function followNotes(graph: CompiledGraph): string[] {
  const { tables = [], assertions = [] } = graph;
  const checks = new Set(assertions.map(({ target }) => targetKey(target)));
  return tables.flatMap((table) => {
    if (table.disabled) return [];
    const { follows = [], unfollowed = [], recomputeWhen = [] } = table.settings ?? {};
    if (follows.length === 0) return [];
    const named = (references: FollowSettings["references"]) =>
      relationNamed(references, graph) ?? [];
    const followed = follows.flatMap(({ references }) => named(references));
    const others = [...unfollowed, ...recomputeWhen.map(referenceOf)].flatMap(named);
    const read = readThroughViews(table, graph).tables.filter(
      (target) => !checks.has(targetKey(target)),
    );
    const own = targetName(table.target);
    return [
      ...without(followed, [...read, table.target]).map(
        (target) => `${own} follows ${targetName(target)} and does not read it`,
      ),
      ...without(read, [...followed, ...others, table.target]).map(
        (target) =>
          `${own} reads ${targetName(target)} and does not follow it: changes there reach only keys that change otherwise (name it in postgres.follows, with false when its rows never change, or in postgres.recomputeWhen)`,
      ),
    ];
  });
}

function without(targets: readonly Target[], others: readonly Target[]): Target[] {
  const keys = new Set(others.map(targetKey));
  return targets.filter((target) => !keys.has(targetKey(target)));
}

/** Returns the relations that a query reads, with views replaced by what they read, and these views. */
export function readThroughViews(
  table: CompiledTable,
  { tables: all = [] }: CompiledGraph,
): { tables: Target[]; views: CompiledTable[] } {
  const isView = (each: CompiledTable) => tableType(each) === "view" && !each.materialized;
  const known = new Map(all.filter(isView).map((view) => [targetKey(view.target), view]));
  const tables: Target[] = [];
  const views: CompiledTable[] = [];
  const seen = new Set<string>();
  const waiting = [...(table.dependencyTargets ?? [])];
  for (let target = waiting.pop(); target !== undefined; target = waiting.pop()) {
    const key = targetKey(target);
    if (seen.has(key)) continue;
    seen.add(key);
    const view = known.get(key);
    if (view) views.push(view);
    else tables.push(target);
    waiting.push(...(view?.dependencyTargets ?? []));
  }
  return { tables, views };
}
