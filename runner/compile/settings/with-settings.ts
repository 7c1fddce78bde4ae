import { actionsOf, type CompiledEntry, type CompiledGraph } from "../compiled-graph.ts";
import { plainStruct } from "./plain-struct.ts";
import { type PostgresSettings, parsePostgresSettings } from "./postgres-settings.ts";
import { settingsProblems } from "./settings-problems.ts";

/** The problems with the settings of actions, one sentence each. */
export type SettingsProblems = ReadonlyMap<CompiledEntry["action"], string[]>;

/** The part of an action, as core returns it, that holds its settings for PostgreSQL. */
interface Written {
  postgres?: unknown;
  actionDescriptor?: { metadata?: { extraProperties?: Record<string, unknown> } };
}

/**
 * Takes a compiled graph and parses the settings of its actions, from their `postgres` block or from
 * `metadata.extraProperties.postgres`. Returns the graph with these settings typed, and the problems
 * of the actions that have wrong ones: such an action gets no settings.
 */
export function withSettings(graph: CompiledGraph): {
  graph: CompiledGraph;
  problems: SettingsProblems;
} {
  const settings = new Map<object, PostgresSettings>();
  const problems = new Map<CompiledEntry["action"], string[]>();
  for (const entry of actionsOf(graph)) {
    const { postgres, inMetadata } = written(entry.action as Written);
    const value = postgres === undefined ? inMetadata : postgres;
    if (value === undefined) continue;
    const parsed = parsePostgresSettings(value);
    const found = settingsProblems(entry, graph, { ...parsed, value, inMetadata });
    if (found.length > 0) problems.set(entry.action, found);
    else settings.set(entry.action, parsed.settings);
  }
  const typed = <Action extends object>(action: Action) =>
    settings.has(action) ? { ...action, settings: settings.get(action) } : action;
  return { graph: mapped(graph, typed), problems };
}

/** The graph as core would print it, without the settings that `withSettings` has added. */
export function withoutSettings(graph: CompiledGraph): CompiledGraph {
  return mapped(graph, withoutTyped);
}

/** The action as core would print it. */
export function withoutTyped<Action extends object>(action: Action): Action {
  if (!("settings" in action)) return action;
  const { settings: _, ...others } = action;
  return others as Action;
}

function mapped(
  graph: CompiledGraph,
  change: <Action extends object>(action: Action) => Action,
): CompiledGraph {
  const { tables, operations, assertions, declarations } = graph;
  return {
    ...graph,
    ...(tables && { tables: tables.map(change) }),
    ...(operations && { operations: operations.map(change) }),
    ...(assertions && { assertions: assertions.map(change) }),
    ...(declarations && { declarations: declarations.map(change) }),
  };
}

function written({ postgres, actionDescriptor }: Written) {
  const extra = plainStruct(actionDescriptor?.metadata?.extraProperties);
  return { postgres, inMetadata: extra?.postgres };
}
