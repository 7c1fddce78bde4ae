import { listQueries } from "./list-queries.ts";
import { metricQueries } from "./metric-queries.ts";
import type { Query } from "./query.ts";

/**
 * Every query of the report by the name of its file. They stand once: pages, CSV, JSON and dashboards
 * take them from here. Each reads views and gold; none decides what a test counts for.
 */
export const queries = { ...metricQueries, ...listQueries } satisfies Record<string, Query>;

/** The name of a query and of its file. */
export type QueryName = keyof typeof queries;
