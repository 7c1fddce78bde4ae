import { isDeepStrictEqual } from "node:util";
import type { CompiledEntry, CompiledGraph } from "../compiled-graph.ts";
import { distributionProblems } from "./distribution-problems.ts";
import { followProblems } from "./follow-problems.ts";
import type { PostgresSettings } from "./postgres-settings.ts";
import { unknownReference } from "./relation-named.ts";

/** The settings of an action as they were written and as they were parsed. */
interface Parsed {
  value: unknown;
  /** The value in `metadata.extraProperties`, if any. */
  inMetadata: unknown;
  settings: PostgresSettings;
  /** What parsing found. */
  problems: string[];
}

/** Takes an action and its parsed settings; returns the problems with them, one sentence each. */
export function settingsProblems(
  entry: CompiledEntry,
  graph: CompiledGraph,
  { value, inMetadata, settings, problems }: Parsed,
): string[] {
  if (inMetadata !== undefined && !isDeepStrictEqual(value, inMetadata)) {
    return ["postgres and metadata.extraProperties.postgres differ; keep one of them"];
  }
  if (problems.length > 0) return problems;
  return [
    ...misplaced(entry, Object.keys(value as object)),
    ...settings.foreignKeys.flatMap(({ references }) =>
      unknownReference("foreignKeys", references, graph),
    ),
    ...followProblems(entry, settings, graph),
    ...distributionProblems(entry, settings, graph),
    ...percentOfNothing(entry, settings),
    ...newRowsOfNothing(entry, settings),
  ];
}

const onAssertionsOnly = ["severity", "failAbove", "failIf", "warnFor"];
const onAssertions = ["grants", ...onAssertionsOnly];
const onViews = ["grants", "assertions"];
const onMaterializedViews = [
  "grants",
  "assertions",
  "indexes",
  "tablespace",
  "statistics",
  "replace",
];

function misplaced({ type, action }: CompiledEntry, keys: readonly string[]): string[] {
  switch (type) {
    case "table":
      return [
        ...notForTables(keys, "a table: write postgres.assertions"),
        ...keys.filter((key) => onIncrementalOnly.includes(key)).map(onlyIncremental),
      ];
    case "incremental":
      return notForTables(keys, "a table: write postgres.assertions", "transaction");
    case "view":
      return action.materialized
        ? onlyKeys(keys, onMaterializedViews, "a materialized view")
        : onlyKeys(keys, onViews, "a view");
    case "assertion":
      return onlyKeys(keys, onAssertions, "an assertion, which is kept as a view,");
    case "operation":
      if (action.hasOutput) {
        return notForTables(
          keys,
          "an operation: write an assertion",
          "assertions",
          "replace",
          ...onIncrementalOnly,
        );
      }
      return keys.every((key) => key === "transaction")
        ? []
        : [
            "postgres is for a relation, and this operation makes none: set hasOutput: true (transaction alone needs none)",
          ];
    case "declaration":
      return keys.every((key) => key === "freshness")
        ? []
        : [
            "postgres is for relations of this project, and a declaration is made by others: it can have freshness alone",
          ];
    case "notebook":
    case "dataPreparation":
      return [];
  }
}

const onIncrementalOnly = ["follows", "together", "recomputeWhen", "stamps", "audit"];

function onlyIncremental(key: string): string {
  return `postgres.${key} is for incremental tables, and every run rebuilds this table: leave it away`;
}

function notForTables(keys: readonly string[], what: string, ...others: string[]): string[] {
  const refused = keys.filter((key) => [...onAssertionsOnly, ...others].includes(key));
  return [
    ...(keys.includes("freshness")
      ? ["postgres.freshness is for a declaration: a run makes this relation itself"]
      : []),
    ...refused.map((key) =>
      key === "transaction"
        ? "postgres.transaction is for operations: a table is published in one transaction"
        : `postgres.${key} means nothing on ${what}`,
    ),
  ];
}

function onlyKeys(keys: readonly string[], allowed: readonly string[], what: string): string[] {
  const refused = keys.filter((key) => !allowed.includes(key));
  const known = allowed.join(", ");
  return refused.map(
    (key) => `postgres.${key} means nothing on ${what} where only ${known} can be set`,
  );
}

function percentOfNothing({ type, action }: CompiledEntry, { limit }: PostgresSettings): string[] {
  if (type !== "assertion" || limit?.failAbove?.percent === undefined) return [];
  const count = action.dependencyTargets?.length ?? 0;
  if (count === 1) return [];
  return [
    `postgres.failAbove.percent is of the rows of one relation, and this assertion depends on ${count}; use failAbove.rows`,
  ];
}

function newRowsOfNothing({ type }: CompiledEntry, { assertions }: PostgresSettings): string[] {
  const isSet = Object.values(assertions ?? {}).some(({ rows }) => rows === "new");
  if (type === "incremental" || !isSet) return [];
  return [
    `postgres.assertions.rows: "new" is for incremental tables, and this is a ${type}: leave it away`,
  ];
}
