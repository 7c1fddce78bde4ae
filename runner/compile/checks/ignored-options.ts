import { actionsOf, type CompiledEntry, type CompiledGraph } from "../compiled-graph.ts";

/**
 * Takes a compiled graph and returns one line for every option in it that only BigQuery gives a
 * meaning, with the number of actions that have it and the file of the first.
 */
export function ignoredOptions(graph: CompiledGraph): string[] {
  const entries = actionsOf(graph);
  const lines = Object.entries(options).flatMap(([option, isSet]) => {
    const found = entries.filter((entry) => !entry.action.disabled && isSet(read(entry)));
    return found.length === 0
      ? []
      : [
          `${option} has no meaning on PostgreSQL and is ignored (${placeOf(found)})${insteadOf(option)}`,
        ];
  });
  return [...lines, ...otherDatabases(entries, graph)];
}

/** What takes the place of an option, as the end of its line. */
function insteadOf(option: string): string {
  const setting = instead[option];
  return setting === undefined ? "" : `; use ${setting}`;
}

const instead: Record<string, string> = {
  partitionBy: 'postgres: { partitionBy: { column: "day", range: "month" } }',
  partitionExpirationDays: 'postgres: { partitionRetention: "90 days" }',
  clusterBy: 'postgres: { indexes: [{ columns: ["a"] }] }',
  additionalOptions: "postgres: { fillfactor, unlogged, tablespace }",
  bigqueryPolicyTags: 'postgres: { grants: { select: ["role"] } }',
};

function placeOf([first, ...others]: CompiledEntry[]): string {
  const place = first?.action.fileName ?? first?.action.target.name ?? "";
  return others.length === 0 ? place : `${place} and ${others.length} more`;
}

/** A run works in one database: the database (project) of a source is a label. */
function otherDatabases(entries: CompiledEntry[], { projectConfig }: CompiledGraph): string[] {
  const own = [projectConfig?.defaultDatabase, projectConfig?.databaseSuffix].filter(Boolean);
  const found = entries.filter(
    ({ type, action }) =>
      type === "declaration" &&
      action.target.database !== undefined &&
      ![own[0], own.join("_")].includes(action.target.database),
  );
  if (found.length === 0) return [];
  const names = [...new Set(found.map(({ action }) => action.target.database))].join(", ");
  return [
    `sources are read from the database of the run, not from ${names}: only schema and name count (${placeOf(found)})`,
  ];
}

interface BigQueryOptions {
  strategy: string | undefined;
  bigquery: {
    partitionBy?: string;
    clusterBy?: string[];
    labels?: object;
    additionalOptions?: object;
    partitionExpirationDays?: number;
    requirePartitionFilter?: boolean;
    preserveGovernanceControls?: boolean;
  };
  reservation: string | undefined;
  columns: { path?: string[]; description?: string; bigqueryPolicyTags?: string[] }[];
  /** Whether others make the relation, so that no run describes its columns. */
  isSource: boolean;
}

const options: Record<string, (options: BigQueryOptions) => unknown> = {
  partitionBy: ({ bigquery, strategy }) => bigquery.partitionBy && strategy !== "INSERT_OVERWRITE",
  partitionExpirationDays: ({ bigquery }) => bigquery.partitionExpirationDays,
  requirePartitionFilter: ({ bigquery }) => bigquery.requirePartitionFilter,
  clusterBy: ({ bigquery }) => bigquery.clusterBy?.length,
  labels: ({ bigquery }) => bigquery.labels && Object.keys(bigquery.labels).length,
  additionalOptions: ({ bigquery }) =>
    bigquery.additionalOptions && Object.keys(bigquery.additionalOptions).length,
  reservation: ({ reservation }) => reservation,
  bigqueryPolicyTags: ({ columns }) => columns.some((each) => each.bigqueryPolicyTags?.length),
  preserveGovernanceControls: ({ bigquery }) => bigquery.preserveGovernanceControls,
  "description of a nested column": ({ columns, isSource }) =>
    !isSource && columns.some(({ path = [], description }) => path.length > 1 && description),
};

function read({ type, action }: CompiledEntry): BigQueryOptions {
  const { bigquery, incrementalStrategy, actionDescriptor } = action as {
    bigquery?: BigQueryOptions["bigquery"];
    incrementalStrategy?: string;
    actionDescriptor?: { reservation?: string; columns?: BigQueryOptions["columns"] };
  };
  return {
    strategy: incrementalStrategy,
    bigquery: bigquery ?? {},
    reservation: actionDescriptor?.reservation,
    columns: actionDescriptor?.columns ?? [],
    isSource: type === "declaration",
  };
}
