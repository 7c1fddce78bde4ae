import { hostname, userInfo } from "node:os";
import { basename } from "node:path";
import type { CompiledGraph } from "../compile/compiled-graph.ts";
import { projectSettingsOf } from "../compile/settings/project-settings.ts";
import type { Database } from "../database/database.ts";
import type { ExecutionGraph } from "../plan/execution-graph.ts";
import type { RunConfig } from "../plan/run-config.ts";
import type { RunListener } from "../results/run-event.ts";
import type { RunResult } from "../results/run-result.ts";
import { readGitHead } from "./git-head.ts";
import { keepHistory } from "./keep-history.ts";
import { tellingDurations } from "./usual-durations.ts";
import type { RunFacts } from "./write-history.ts";

/** The options for the history of a run. */
export interface HistoryOptions {
  /** When set, the run is written to the schema `run_history`. */
  history?: HistoryDetails | undefined;
}

/** The facts of a run that only the caller knows. */
export interface HistoryDetails {
  /** The command as it was typed, without secrets. */
  command?: string | undefined;
  /** The version of this program. */
  version?: string | undefined;
  /** Whether the listener is told how long actions usually take. */
  tellsUsual?: boolean | undefined;
}

/** A run that is about to execute its graph. */
export interface HistoryRun extends HistoryOptions {
  runId: string;
  resumedFrom?: string | undefined;
  projectDir: string;
  compiled: CompiledGraph;
  config: RunConfig;
  graph: ExecutionGraph;
  database: Database;
  listener: RunListener;
  signal?: AbortSignal | undefined;
}

/** Executes a run, and writes its history to its database when its options say so. */
export async function withHistory(
  run: HistoryRun,
  execute: (listener: RunListener) => Promise<RunResult>,
): Promise<RunResult> {
  const { history, compiled, graph, database, listener, signal } = run;
  if (!history) return execute(listener);
  const { keepHistoryMillis: keepMillis } = projectSettingsOf(compiled).settings;
  const facts = factsOf(run, history);
  const telling = await tellingDurations(compiled, database, listener);
  const { tellsUsual } = history;
  const kept = { facts, graph, database, listener: telling, keepMillis, signal, tellsUsual };
  return keepHistory(kept, execute);
}

function factsOf(run: HistoryRun, { command, version }: HistoryDetails): RunFacts {
  const { runId, resumedFrom, projectDir, compiled, graph } = run;
  const { commit, branch } = readGitHead(projectDir);
  return {
    ...{ runId, resumedFrom, command },
    project: basename(projectDir),
    startTimeMillis: Date.now(),
    selection: run.config,
    plannedActions: graph.actions.length,
    versions: {
      "dataform-postgres": version,
      "@dataform/core": compiled.dataformCoreVersion,
      node: process.versions.node,
      postgresql: versionName(run.database.serverVersion),
    },
    gitCommit: commit,
    gitBranch: branch,
    host: hostname(),
    userName: userOf(),
  };
}

/** Returns `18.4` for `180004`. */
function versionName(version: number): string {
  return `${Math.floor(version / 10_000)}.${version % 10_000}`;
}

// A user id that is in no file of users has no name.
function userOf(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    return undefined;
  }
}
