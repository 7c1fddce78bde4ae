import { qualifiedName, quoteLiteral } from "../names/identifiers.ts";
import type { Target } from "../target.ts";
import type { CompiledAssertion, CompiledGraph } from "./compiled-graph.ts";
import type { FreshnessLimit, FreshnessSettings } from "./settings/freshness-settings.ts";
import { ownTarget } from "./usual-rows.ts";

/** A declared source that says how old its newest row may be. */
export interface FreshSource {
  target: Target;
  fileName: string;
  freshness: FreshnessSettings;
}

/** The sources of a graph with a freshness, in its order. */
export function freshSources(graph: CompiledGraph): FreshSource[] {
  return (graph.declarations ?? []).flatMap(({ target, fileName = "", settings }) => {
    const freshness = settings?.freshness;
    return freshness ? [{ target, fileName, freshness }] : [];
  });
}

/**
 * The graph with an assertion for each source that has a freshness: it finds a row for each limit that
 * the newest row of the source is older than.
 */
export function withFreshness(graph: CompiledGraph): CompiledGraph {
  const sources = freshSources(graph);
  if (sources.length === 0) return graph;
  const added = sources.map((source) => assertionOf(source, graph));
  return {
    ...graph,
    assertions: [...(graph.assertions ?? []), ...added],
    targets: [...(graph.targets ?? []), ...added.map(({ target }) => target)],
  };
}

/** The rule in words: `freshness (loaded_at within 12 hours, error after 2 days)`. */
export function freshnessRule({ loadedAt, warnAfter, errorAfter }: FreshnessSettings): string {
  const limits = [
    ...(warnAfter ? [`warning after ${warnAfter.text}`] : []),
    ...(errorAfter ? [`error after ${errorAfter.text}`] : []),
  ];
  return `freshness (${loadedAt}, ${limits.join(", ")})`;
}

/** What `failing_row_condition` says of a source that is older than a limit. */
export function staleCondition({ text }: FreshnessLimit): string {
  return `older than ${text}`;
}

/**
 * The query that gives the newest `loaded_at` of a source, NULL when no row counts. A time more than a
 * day ahead of the clock, which one wrong row may have, says nothing about the age of the source;
 * neither does an infinite one. It holds SQL of an author, so all that is ours says where it stands.
 */
export function newestRow({ target, freshness: { loadedAt, filter } }: FreshSource): string {
  const where = filter === undefined ? "" : `\n    where (\n${filter}\n    )`;
  return `select pg_catalog.max(loaded_at) as loaded_at
  from (
    select (\n${loadedAt}\n    )::pg_catalog.timestamptz as loaded_at
    from ${qualifiedName(target)}${where}
  ) as source
  where loaded_at operator(pg_catalog.>) pg_catalog.timestamptz '-infinity'
    and loaded_at operator(pg_catalog.<) (pg_catalog.now() operator(pg_catalog.+) interval '1 day')`;
}

function assertionOf(source: FreshSource, graph: CompiledGraph): CompiledAssertion {
  const { target, fileName, freshness } = source;
  const own = ownTarget(graph, `${target.schema}_${target.name}_freshness`);
  return {
    target: own,
    canonicalTarget: own,
    fileName,
    tags: [],
    dependencyTargets: [target],
    ...(graph.projectConfig.disableAssertions && { disabled: true }),
    freshnessOf: target,
    query: staleQuery(source, freshness),
  };
}

function staleQuery(source: FreshSource, { warnAfter, errorAfter }: FreshnessSettings): string {
  const limits = [warnAfter, errorAfter].flatMap((limit) =>
    limit ? `(${quoteLiteral(staleCondition(limit))}, ${intervalOf(limit)})` : [],
  );
  const age = "pg_catalog.now() operator(pg_catalog.-) newest.loaded_at";
  return `select
  limits.failing_row_condition,
  newest.loaded_at,
  ${age} as age
from (
  ${newestRow(source)}
) as newest
cross join (values ${limits.join(", ")}) as limits (failing_row_condition, most)
where newest.loaded_at is null
  or ${age} operator(pg_catalog.>) limits.most`;
}

function intervalOf({ millis }: FreshnessLimit): string {
  return `${quoteLiteral(`${millis} ms`)}::pg_catalog.interval`;
}
