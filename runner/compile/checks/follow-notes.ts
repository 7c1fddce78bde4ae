import { type Target, targetKey, targetName } from "../../target.ts";
import { type CompiledGraph, type CompiledTable, tableType } from "../compiled-graph.ts";
import { postgresSettingsOf, relationNamed } from "../settings/postgres-settings-of.ts";

/**
 * Takes a compiled graph and returns one line for each incremental table that follows a relation
 * which its query does not read, directly or through views, or reads one that it does not follow.
 */
export function followNotes(graph: CompiledGraph): string[] {
  const { tables = [], assertions = [] } = graph;
  const views = new Map(
    tables
      .filter((table) => tableType(table) === "view" && !table.materialized)
      .map((view) => [targetKey(view.target), view]),
  );
  const checks = new Set(assertions.map(({ target }) => targetKey(target)));
  return tables.flatMap((table) => {
    if (table.disabled) return [];
    const { follows = [], recomputeWhen = [] } = postgresSettingsOf(table) ?? {};
    if (follows.length === 0) return [];
    const followed = follows.flatMap(({ references }) => relationNamed(references, graph) ?? []);
    const inputs = recomputeWhen.flatMap((written) => {
      const [name = "", schema] = written.split(".").reverse();
      return relationNamed({ name, ...(schema && { schema }) }, graph) ?? [];
    });
    const read = readBy(table, views).filter((target) => !checks.has(targetKey(target)));
    const own = targetName(table.target);
    return [
      ...without(followed, read).map(
        (target) => `${own} follows ${targetName(target)} and does not read it`,
      ),
      ...without(read, [...followed, ...inputs, table.target]).map(
        (target) =>
          `${own} reads ${targetName(target)} and does not follow it: changes there reach only keys that change otherwise (name it in postgres.follows or postgres.recomputeWhen)`,
      ),
    ];
  });
}

function without(targets: readonly Target[], others: readonly Target[]): Target[] {
  const keys = new Set(others.map(targetKey));
  return targets.filter((target) => !keys.has(targetKey(target)));
}

/** What a query reads, with views replaced by what they read. */
function readBy(table: CompiledTable, views: ReadonlyMap<string, CompiledTable>): Target[] {
  const read = new Map<string, Target>();
  const seen = new Set<string>();
  const waiting = [...(table.dependencyTargets ?? [])];
  for (let target = waiting.pop(); target !== undefined; target = waiting.pop()) {
    const key = targetKey(target);
    if (seen.has(key)) continue;
    seen.add(key);
    const view = views.get(key);
    if (view) waiting.push(...(view.dependencyTargets ?? []));
    else read.set(key, target);
  }
  return [...read.values()];
}
