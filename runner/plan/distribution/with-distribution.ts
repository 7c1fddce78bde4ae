import { actionsOf, type CompiledGraph } from "../../compile/compiled-graph.ts";
import type { DistributionSettings } from "../../compile/settings/distribution-settings.ts";
import { relationNamed } from "../../compile/settings/relation-named.ts";
import type { Citus, TableDistribution } from "../../database/warehouse/citus.ts";
import type { WarehouseState } from "../../database/warehouse/warehouse-state.ts";
import { targetKey } from "../../target.ts";
import type { ExecutionAction } from "../execution-graph.ts";
import type { Follow } from "../publish-task.ts";
import { type Distribution, describeDistribution } from "./distribution.ts";

/**
 * Returns the actions with the distribution of their tables: the declared one, or else the one that
 * the table has. Only a database with Citus has any. A table waits for the one that it is colocated
 * with.
 */
export function withDistribution(
  actions: readonly ExecutionAction[],
  compiled: CompiledGraph,
  { citus, relations }: WarehouseState,
): ExecutionAction[] {
  if (!citus) return [...actions];
  const spread = distributionsIn(compiled, citus);
  if (spread.size === 0) return [...actions];
  const keys = new Set(actions.map(({ target }) => targetKey(target)));
  return actions.map((action) => {
    const key = targetKey(action.target);
    const distribution = spread.get(key);
    const followed = withFollowed(action, spread, compiled);
    const waiting = { ...followed, waitsForNodes: true as const };
    if (!distribution || !action.comments) return waiting;
    const { colocateWith } = distribution;
    const isWaiting = colocateWith && keys.has(targetKey(colocateWith));
    const current =
      relations.get(key)?.kind === "table" ? currentOf(distribution, citus, key) : undefined;
    return {
      ...waiting,
      ...(isWaiting && { dependencyTargets: [...waiting.dependencyTargets, colocateWith] }),
      distribution: { ...distribution, ...(current && { current }) },
    };
  });
}

/** How each table of the project is or will be spread, by `targetKey`; local ones are not among them. */
export function distributionsIn(
  compiled: CompiledGraph,
  { tables }: Citus,
): Map<string, Distribution> {
  const found = new Map<string, Distribution>(
    [...tables].map(([key, each]) => [key, asFound(each)]),
  );
  for (const { action } of actionsOf(compiled)) {
    const settings = "settings" in action ? action.settings?.distribution : undefined;
    if (settings) found.set(targetKey(action.target), declared(settings, compiled));
  }
  return found;
}

/** Whether a project says of any table how Citus spreads it. */
export function declaresDistribution(compiled: CompiledGraph): boolean {
  return actionsOf(compiled).some(
    ({ action }) => "settings" in action && action.settings?.distribution !== undefined,
  );
}

function declared(settings: DistributionSettings, compiled: CompiledGraph): Distribution {
  if ("reference" in settings) return {};
  const { distributedBy: column, shardCount } = settings;
  const colocateWith = settings.colocateWith && relationNamed(settings.colocateWith, compiled);
  return { column, ...(colocateWith && { colocateWith }), ...(shardCount && { shardCount }) };
}

function asFound({ column }: TableDistribution): Distribution {
  return column === undefined ? {} : { column };
}

function currentOf(wanted: Distribution, { tables }: Citus, key: string): Distribution["current"] {
  const actual = tables.get(key);
  if (!actual) return { words: "local", isSame: false };
  const { column, shardCount, colocation } = actual;
  const beside = wanted.colocateWith && tables.get(targetKey(wanted.colocateWith));
  const isSame =
    column === wanted.column &&
    (wanted.shardCount === undefined || wanted.shardCount === shardCount) &&
    (beside === undefined || beside.colocation === colocation);
  const found = { ...asFound(actual), ...(column !== undefined && { shardCount }) };
  return { words: describeDistribution(found), isSame };
}

/** The action with what it follows marked where Citus allows no triggers. */
function withFollowed(
  action: ExecutionAction,
  spread: ReadonlyMap<string, Distribution>,
  compiled: CompiledGraph,
): ExecutionAction {
  if (!action.increment) return action;
  const own = new Set((compiled.tables ?? []).map(({ target }) => targetKey(target)));
  const follows = action.increment.follows.map((follow): Follow => {
    const key = targetKey(follow.target);
    if (!spread.has(key)) return follow;
    return { ...follow, spread: own.has(key) ? "writtenByRuns" : "writtenByOthers" };
  });
  return { ...action, increment: { ...action.increment, follows } };
}
