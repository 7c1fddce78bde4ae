import { rmSync } from "node:fs";
import { basename } from "node:path";
import type { ProjectOverrides } from "../compile/compile-project.ts";
import type { CompiledGraph } from "../compile/compiled-graph.ts";
import { type DatabaseIdentity, readIdentity } from "../database/connection/server-identity.ts";
import type { Database } from "../database/database.ts";
import type { WarehouseState } from "../database/warehouse/warehouse-state.ts";
import { SqlFailure } from "../errors.ts";
import type { ExecutionGraph } from "../plan/execution-graph.ts";
import type { RunConfig } from "../plan/run-config.ts";
import type { RunListener } from "../results/run-event.ts";
import { actionFingerprints } from "./action-fingerprints.ts";
import { keepLastDefinitions, readLastDefinitions } from "./last-definitions.ts";
import type { EarlierRun } from "./read-run-log.ts";
import { remainderOf } from "./resume-run.ts";
import { type RunLogHead, runLogVersion } from "./run-log.ts";
import { type Remainder, withoutPublished } from "./what-remains.ts";
import { writeRunLog } from "./write-run-log.ts";

/** How a run can be continued later, and which one it continues. */
export interface ResumeOptions {
  /** File that the run's log is written to; none is written unless set. */
  runLog?: string | undefined;
  /**
   * The run to continue; actions that it finished and that have not changed since are not run
   * again.
   */
  resumeFrom?: EarlierRun | undefined;
}

/** A run that is about to start. */
export interface PlannedRun {
  runId: string;
  projectDir: string;
  overrides?: ProjectOverrides;
  compiled: CompiledGraph;
  graph: ExecutionGraph;
  state: WarehouseState;
  config: RunConfig;
  changedSince?: string | undefined;
  database: Database;
  listener: RunListener;
}

/**
 * Takes a planned run and returns the actions that remain when it continues another run, and a
 * listener that writes its log. Throws USAGE when the other run used another database.
 */
export async function keepRunLog(
  run: PlannedRun,
  { runLog, resumeFrom }: ResumeOptions,
): Promise<Pick<PlannedRun, "graph" | "listener"> & Pick<Remainder, "reused">> {
  const { graph, state, database } = run;
  if (!runLog && !resumeFrom) return { graph, listener: run.listener, reused: new Map() };
  const identity = await identityOf(database);
  const fingerprints = actionFingerprints(run.compiled);
  let remainder: Remainder = { reused: new Map(), published: new Map() };
  if (resumeFrom) {
    const facts = { earlier: resumeFrom, fingerprints, state };
    remainder = await remainderOf(graph, facts, database, identity);
    announce(run, resumeFrom, remainder);
  }
  const log = runLog ? startLog(run, runLog, { identity, fingerprints, remainder }) : undefined;
  const listener: RunListener = (event) => {
    log?.(event);
    run.listener(event);
  };
  return { graph: withoutPublished(graph, remainder), listener, reused: remainder.reused };
}

/**
 * The actions, by `targetKey`, that are as they were when they last ran well from this folder on this
 * database; none when that is not known.
 */
export async function unchangedActions(
  compiled: CompiledGraph,
  database: Database,
  runLog: string | undefined,
): Promise<ReadonlySet<string>> {
  const identity = runLog === undefined ? undefined : await identityOf(database);
  if (runLog === undefined || identity === undefined) return new Set();
  const last = readLastDefinitions(runLog, identity);
  const now = [...actionFingerprints(compiled)];
  return new Set(now.filter(([key, print]) => last.get(key) === print).map(([key]) => key));
}

interface LogFacts {
  identity: DatabaseIdentity | undefined;
  fingerprints: ReadonlyMap<string, string>;
  remainder: Remainder;
}

function startLog(
  { runId, projectDir, overrides = {}, config, changedSince, listener }: PlannedRun,
  path: string,
  { identity, fingerprints, remainder }: LogFacts,
): RunListener | undefined {
  if (!identity) {
    rmSync(path, { force: true });
    return undefined;
  }
  const head: RunLogHead = {
    type: "run",
    ...{ version: runLogVersion, runId, project: basename(projectDir), database: identity },
    ...{ overrides, runConfig: config, startTimeMillis: Date.now() },
    ...(changedSince !== undefined && { changedSince }),
  };
  const onProblem = (message: string) => listener({ type: "notice", message });
  const log = writeRunLog({ path, head, fingerprints, remainder, onProblem });
  return (event) => {
    log(event);
    if (event.type !== "runFinished") return;
    keepLastDefinitions({ runLog: path, database: identity }, event.result, fingerprints);
  };
}

function announce(
  { graph, listener }: PlannedRun,
  { head }: EarlierRun,
  { reused, published }: Remainder,
): void {
  const done = `${reused.size} of ${graph.actions.length} actions were finished and are not run again`;
  const more = published.size > 0 ? `; ${published.size} were committed and are only finished` : "";
  listener({ type: "notice", message: `continues the run ${head.runId}: ${done}${more}` });
}

async function identityOf(database: Database): Promise<DatabaseIdentity | undefined> {
  try {
    return await readIdentity(database);
  } catch (error) {
    if (error instanceof SqlFailure && !error.error.connectionLost) return undefined;
    throw error;
  }
}
