import { isDeepStrictEqual } from "node:util";
import type { Target } from "../../target.ts";
import { nearestNames } from "../../text/nearest-names.ts";
import { actionsOf, type CompiledEntry, type CompiledGraph } from "../compiled-graph.ts";
import { referenceOf } from "./follow-settings.ts";
import {
  type ForeignKeySettings,
  type PostgresSettings,
  parsePostgresSettings,
} from "./postgres-settings.ts";
import { isObject } from "./settings-reader.ts";

/** An action of a compiled graph, as far as its settings for PostgreSQL go. */
type ActionWithSettings = Pick<CompiledEntry["action"], "target"> & {
  postgres?: unknown;
  actionDescriptor?: { metadata?: { extraProperties?: Record<string, unknown> } };
};

/**
 * The settings of an action, from its `postgres` block or from `metadata.extraProperties.postgres`;
 * undefined when it has none. What is wrong with them is in `postgresProblems`.
 */
export function postgresSettingsOf(action: ActionWithSettings): PostgresSettings | undefined {
  const value = givenSettings(action);
  return value === undefined ? undefined : parsePostgresSettings(value).settings;
}

/** What is wrong with the settings of an action, a sentence each. */
export function postgresProblems(entry: CompiledEntry, graph: CompiledGraph): string[] {
  const action: ActionWithSettings = entry.action;
  const value = givenSettings(action);
  if (value === undefined) return [];
  const inMetadata = settingsInMetadata(action);
  if (inMetadata !== undefined && !isDeepStrictEqual(value, inMetadata)) {
    return ["postgres and metadata.extraProperties.postgres differ; keep one of them"];
  }
  const { settings, problems } = parsePostgresSettings(value);
  if (problems.length > 0) return problems;
  return [
    ...misplaced(entry, Object.keys(value as object)),
    ...settings.foreignKeys.flatMap(({ references }) =>
      unknownReference("foreignKeys", references, graph),
    ),
    ...followProblems(entry, settings, graph),
    ...percentOfNothing(entry, settings),
    ...newRowsOfNothing(entry, settings),
  ];
}

/**
 * The relation that a foreign key refers to: an action or declaration of the graph by the name in its
 * file, before prefixes and suffixes. Undefined when there is none or more than one of that name.
 */
export function referencedTarget(
  { references }: ForeignKeySettings,
  graph: CompiledGraph,
): Target | undefined {
  return relationNamed(references, graph);
}

/** The same for a name as it is written: `orders`, or with its schema. */
export function relationNamed(
  references: { schema?: string; name: string },
  graph: CompiledGraph,
): Target | undefined {
  const found = actionsOf(graph).filter(({ type, action }) => {
    const written = ("canonicalTarget" in action && action.canonicalTarget) || action.target;
    const sameSchema = [undefined, written.schema, action.target.schema].includes(
      references.schema,
    );
    return type !== "assertion" && sameSchema && written.name === references.name;
  });
  return found.length === 1 ? found[0]?.action.target : undefined;
}

function givenSettings(action: ActionWithSettings): unknown {
  return action.postgres === undefined ? settingsInMetadata(action) : action.postgres;
}

function settingsInMetadata({ actionDescriptor }: ActionWithSettings): unknown {
  return plainStruct(actionDescriptor?.metadata?.extraProperties)?.postgres;
}

const onAssertions = ["grants", "severity", "failAbove"];
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
      return ["postgres is for relations of this project, and a declaration is made by others"];
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
  const refused = keys.filter((key) => ["severity", "failAbove", ...others].includes(key));
  return refused.map((key) =>
    key === "transaction"
      ? "postgres.transaction is for operations: a table is published in one transaction"
      : `postgres.${key} means nothing on ${what}`,
  );
}

function onlyKeys(keys: readonly string[], allowed: readonly string[], what: string): string[] {
  const refused = keys.filter((key) => !allowed.includes(key));
  const known = allowed.join(", ");
  return refused.map(
    (key) => `postgres.${key} means nothing on ${what} where only ${known} can be set`,
  );
}

/** What is wrong with `follows` and `recomputeWhen`, beside their form. */
function followProblems(
  { type, action }: CompiledEntry,
  {
    follows = [],
    unfollowed = [],
    together = [],
    recomputeWhen = [],
    stamps = [],
  }: PostgresSettings,
  graph: CompiledGraph,
): string[] {
  if (type !== "incremental") return [];
  const names = follows.map(({ references }) => references.name);
  const doubled = names.find((name, index) => names.indexOf(name) < index);
  const isOwn = ({ references }: (typeof follows)[number]) =>
    isSameTarget(relationNamed(references, graph), action.target);
  return [
    ...[...follows.map(({ references }) => references), ...unfollowed].flatMap((references) =>
      unknownReference("follows", references, graph),
    ),
    ...recomputeWhen.flatMap((written) => unknownInput(written, graph)),
    ...(follows.some(isOwn) ? ["postgres.follows: the table cannot follow itself"] : []),
    ...(doubled === undefined
      ? []
      : [`postgres.follows names two tables "${doubled}", whose changes would have one name`]),
    ...(follows.length > 0 && action.incrementalStrategy === "INSERT_OVERWRITE"
      ? ["postgres.follows replaces the rows of changed keys: leave incrementalStrategy away"]
      : []),
    ...(follows.length > 0 ? [] : withoutFollows({ together, recomputeWhen, stamps })),
  ];
}

function withoutFollows(settings: Record<string, readonly unknown[]>): string[] {
  return Object.entries(settings)
    .filter(([, values]) => values.length > 0)
    .map(([key]) => `postgres.${key} means nothing without postgres.follows`);
}

function isSameTarget(one: Target | undefined, other: Target): boolean {
  return one?.schema === other.schema && one.name === other.name;
}

function unknownInput(written: string, graph: CompiledGraph): string[] {
  const { name, schema } = referenceOf(written);
  if (schema !== "vars") return unknownReference("recomputeWhen", referenceOf(written), graph);
  const { vars = {} } = graph.projectConfig;
  if (Object.hasOwn(vars, name)) return [];
  const [near] = nearestNames(name, Object.keys(vars), 1);
  const hint = near ? `; did you mean vars.${near}?` : "";
  return [`postgres.recomputeWhen: the project has no variable "${name}"${hint}`];
}

function unknownReference(
  key: string,
  references: { schema?: string; name: string },
  graph: CompiledGraph,
): string[] {
  if (relationNamed(references, graph) !== undefined) return [];
  const { schema, name } = references;
  const names = actionsOf(graph).map(({ action }) => action.target.name);
  const near = nearestNames(name, names, 1)[0];
  const hint = near === name ? "name it with its schema" : near && `did you mean ${near}?`;
  const wanted = schema === undefined ? name : `${schema}.${name}`;
  return [
    `postgres.${key}: no single action or declaration is named "${wanted}"${hint ? `; ${hint}` : ""}`,
  ];
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

/** Core's JSON has free objects as protobuf writes them: `{ fields: { a: { numberValue: 1 } } }`. */
function plainStruct(struct: unknown): Record<string, unknown> | undefined {
  if (!isObject(struct)) return undefined;
  const fields = isObject(struct.fields) ? struct.fields : {};
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, plainValue(value)]));
}

function plainValue(value: unknown): unknown {
  if (!isObject(value)) return null;
  if ("structValue" in value) return plainStruct(value.structValue);
  if ("listValue" in value) {
    const list = value.listValue;
    return isObject(list) && Array.isArray(list.values) ? list.values.map(plainValue) : [];
  }
  const [plain] = ["stringValue", "numberValue", "boolValue"].filter((kind) => kind in value);
  return plain === undefined ? null : value[plain];
}
