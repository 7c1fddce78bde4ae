import { fittingName } from "../names/fitting-name.js";
import { qualifiedName } from "../names/identifiers.ts";
import type { Target } from "../target.ts";
import type { CompiledAssertion, CompiledGraph, CompiledTable } from "./compiled-graph.ts";

/** The numbers between which the rows of a table usually are. */
export interface UsualBounds {
  lowest: number;
  highest: number;
}

/** The graph with an assertion for each table that says how many rows it usually has. */
export function withUsualRows(graph: CompiledGraph): CompiledGraph {
  const added = (graph.tables ?? []).flatMap((table) =>
    table.settings?.assertions?.usualRows ? [assertionOf(table, graph)] : [],
  );
  if (added.length === 0) return graph;
  return {
    ...graph,
    assertions: [...(graph.assertions ?? []), ...added],
    targets: [...(graph.targets ?? []), ...added.map(({ target }) => target)],
  };
}

/**
 * A query that gives one row when a table has fewer or more rows than usual, and none while that is not
 * known.
 */
export function unusualRows(table: Target, bounds?: UsualBounds): string {
  const { lowest, highest } = bounds ?? { lowest: "null", highest: "null" };
  return `select found.rows, usual.lowest, usual.highest
from (
  select pg_catalog.count(*)::pg_catalog.numeric as rows from ${qualifiedName(table)}
) as found
cross join (
  values (${lowest}::pg_catalog.numeric, ${highest}::pg_catalog.numeric)
) as usual (lowest, highest)
where found.rows operator(pg_catalog.<) usual.lowest
  or found.rows operator(pg_catalog.>) usual.highest`;
}

function assertionOf(table: CompiledTable, graph: CompiledGraph): CompiledAssertion {
  const { target, fileName, tags } = table;
  const own = ownTarget(graph, `${target.schema}_${target.name}_assertions_usualRows`);
  const isOff = table.disabled || graph.projectConfig.disableAssertions;
  return {
    ...{ target: own, canonicalTarget: own, dependencyTargets: [target], parentAction: target },
    ...(fileName !== undefined && { fileName }),
    ...(tags && { tags }),
    ...(isOff && { disabled: true }),
    isUsualRows: true,
    query: unusualRows(target),
  };
}

/**
 * Where an assertion of ours is kept: where core keeps those of a config block, in the default schema
 * when the project has no schema for assertions.
 */
export function ownTarget(
  { projectConfig }: Pick<CompiledGraph, "projectConfig">,
  name: string,
): Target {
  const { assertionSchema, defaultSchema, tablePrefix, schemaSuffix } = projectConfig;
  const { defaultDatabase, databaseSuffix } = projectConfig;
  const joined = (...parts: (string | undefined)[]) => parts.filter(Boolean).join("_");
  const database = joined(defaultDatabase, databaseSuffix);
  return {
    ...(database && { database }),
    schema: joined(assertionSchema || defaultSchema || "dataform_assertions", schemaSuffix),
    name: fittingName(joined(tablePrefix, name)),
  };
}
