import type { CompiledGraph } from "../compiled-graph.ts";
import { settingsReader } from "./settings-reader.ts";

/** What `postgres: { … }` in the settings of a project says. */
export interface ProjectSettings {
  /** Milliseconds for which runs are remembered. */
  keepHistoryMillis: number;
}

const day = 86_400_000;

/** The settings of a project and the problems with them, one sentence each. */
export function projectSettingsOf({ postgres }: Pick<CompiledGraph, "postgres">): {
  settings: ProjectSettings;
  problems: string[];
} {
  const reader = settingsReader();
  const given = reader.object(postgres, "postgres", ["history"]);
  const history = reader.object(given.history, "postgres.history", ["keep"]);
  const keep = reader.duration(history.keep, "postgres.history.keep");
  return { settings: { keepHistoryMillis: keep ?? 365 * day }, problems: reader.problems };
}
