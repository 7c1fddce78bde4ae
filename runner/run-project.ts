import { randomUUID } from "node:crypto";
import { changedSince } from "./changes/changed-since.ts";
import { assertCompiled } from "./compile/checks/assert-compiled.ts";
import { followNotes } from "./compile/checks/follow-notes.ts";
import { ignoredOptions } from "./compile/checks/ignored-options.ts";
import { type CompileOptions, compileProject } from "./compile/compile-project.ts";
import type { CompiledGraph } from "./compile/compiled-graph.ts";
import type { Database, Session } from "./database/database.ts";
import { fencedDatabase } from "./database/locks/fenced-database.ts";
import { type RunLock, withRunLock } from "./database/locks/run-lock.ts";
import { openSchemasNote } from "./database/warehouse/open-schemas.ts";
import { readWarehouseState } from "./database/warehouse/warehouse-state.ts";
import { assertWritable } from "./database/warehouse/writable.ts";
import { executeGraph } from "./execute/execute-graph.ts";
import { readProofs, withChanges } from "./execute/proofs/proofs.ts";
import { withEarlierChecks } from "./history/with-earlier-checks.ts";
import { type HistoryOptions, withHistory } from "./history/with-history.ts";
import { buildExecutionGraph, schemasOf } from "./plan/build.ts";
import { declaresDistribution } from "./plan/distribution/with-distribution.ts";
import type { ExecutionGraph } from "./plan/execution-graph.ts";
import type { RunConfig } from "./plan/run-config.ts";
import type { PlanFindings } from "./results/plan-findings.ts";
import type { RunListener } from "./results/run-event.ts";
import type { RunResult } from "./results/run-result.ts";
import { actionFingerprints } from "./resume/action-fingerprints.ts";
import { keepRunLog, type ResumeOptions, unchangedActions } from "./resume/keep-run-log.ts";
import { withDeclaredNotes } from "./validate/declared-notes.ts";
import { validateGraph } from "./validate/validate-graph.ts";

/** What to run, where, and who listens. */
export interface RunProjectOptions extends CompileOptions, ResumeOptions, HistoryOptions {
  database: Database;
  /** The part of the project that runs; all of it by default. */
  runConfig?: RunConfig;
  /** A branch, tag or commit of git: only what compiles otherwise there is selected. */
  changedSince?: string | undefined;
  /** Actions at the same time; 4 by default. */
  threads?: number;
  /** How often an action is run again after an error that may pass (deadlock, lost connection); 2 by default. */
  actionRetryLimit?: number | undefined;
  /** Milliseconds that one statement of an action may take; no limit by default. */
  statementTimeoutMillis?: number | undefined;
  /** Milliseconds that the JiT code of one action may take; 60,000 by default. */
  jitTimeoutMillis?: number | undefined;
  /** Names the run in the result and in the history. */
  runId?: string;
  /** Milliseconds to wait while another run writes to the same schemas; 0 by default. */
  waitMillis?: number | undefined;
  /** When it is aborted, no more actions are started; running ones finish. */
  startNoMore?: AbortSignal | undefined;
  listener?: RunListener;
  /** Told of the compiled project before it runs. */
  onCompiled?: (compiled: CompiledGraph) => void;
}

/**
 * Runs a Dataform project: compile, inspect the warehouse, plan, execute. Resolves even when
 * actions fail: see the result. Throws a RunnerError when the run cannot start (compilation errors,
 * an unknown selection, another run in progress).
 */
export async function runProject(options: RunProjectOptions): Promise<RunResult> {
  const compiled = await compileProject(compileOptionsOf(options));
  options.onCompiled?.(compiled);
  return runCompiled(compiled, await withChangedSince(compiled, options));
}

/** Runs a compiled project as `runProject` does from there on; the graph may hold errors. */
export async function runCompiled(
  compiled: CompiledGraph,
  options: RunProjectOptions,
): Promise<RunResult> {
  const { runId = randomUUID(), waitMillis, signal, listener = () => {} } = options;
  assertRunnable(compiled, options);
  await assertWritable(options.database);
  const tell = (message: string) => listener({ type: "notice", message });
  const run = async (lock: RunLock) => {
    const note = await options.database.session(({ own }) => openSchemasNote(own), signal);
    if (note !== undefined) tell(note);
    const plan = await inspectAndPlan(compiled, options, true);
    if (plan.proofs?.notice) tell(plan.proofs.notice);
    const { graph, ...kept } = await keepRunLog(
      { ...options, ...plan, runId, compiled, listener },
      options,
    );
    const { state, config } = plan;
    const resumedFrom = options.resumeFrom?.head.runId;
    const known = await withEarlierChecks(graph, options.database, {
      ...{ isKept: options.history !== undefined, tell, signal },
    });
    const execute = (listener: RunListener) =>
      executeGraph(known, fencedDatabase(options.database, lock, signal), {
        ...{ runId, resumedFrom, listener, reused: kept.reused, proofs: plan.proofs },
        threads: options.threads ?? 4,
        retryLimit: options.actionRetryLimit,
        statementTimeoutMillis: options.statementTimeoutMillis,
        jit: { compiled, state, config, timeoutMillis: options.jitTimeoutMillis },
        signal,
        startNoMore: options.startNoMore,
        now: Date.now,
      });
    const run = {
      ...options,
      runId,
      resumedFrom,
      compiled,
      config,
      graph,
      listener: kept.listener,
    };
    return withHistory(run, execute);
  };
  const lockOptions = { runId, waitMillis, onWait: tell, signal };
  return withRunLock(options.database, schemasOf(compiled), run, lockOptions);
}

/** The plan: what `runProject` would do now, as data. Changes nothing and asks PostgreSQL nothing. */
export async function planProject(options: RunProjectOptions): Promise<ExecutionGraph> {
  const compiled = await compileProject(compileOptionsOf(options));
  return planCompiled(compiled, await withChangedSince(compiled, options));
}

/** The plan of a compiled project; the graph may hold errors. */
export async function planCompiled(
  compiled: CompiledGraph,
  options: RunProjectOptions,
): Promise<ExecutionGraph> {
  assertRunnable(compiled, options);
  return (await inspectAndPlan(compiled, options)).graph;
}

/** The plan and what PostgreSQL says to it. */
export interface ValidatedPlan {
  graph: ExecutionGraph;
  findings: PlanFindings;
}

/**
 * The dry run: the plan, and what PostgreSQL says to every statement of it when the whole graph is
 * made empty and rolled back. A mistake is a finding; throws as `runProject` does.
 */
export async function validateProject(options: RunProjectOptions): Promise<ValidatedPlan> {
  const compiled = await compileProject(compileOptionsOf(options));
  return validateCompiled(compiled, await withChangedSince(compiled, options));
}

/** The dry run of a compiled project; the graph may hold errors. */
export async function validateCompiled(
  compiled: CompiledGraph,
  options: RunProjectOptions,
): Promise<ValidatedPlan> {
  const { database, signal } = options;
  assertRunnable(compiled, options);
  const { graph, state } = await inspectAndPlan(compiled, options);
  if (!state.citus && declaresDistribution(compiled)) {
    options.listener?.({ type: "notice", message: withoutCitus });
  }
  const unchanged = await unchangedActions(compiled, database, options.runLog);
  const findings = await validateGraph(graph, state, database, { signal });
  const facts = { graph, unchanged, fullRefresh: options.runConfig?.fullRefresh, signal };
  return { graph, findings: await withDeclaredNotes(findings, database, facts) };
}

/** The options of `compileProject` for a run: what there is to tell goes to the run's listener. */
export function compileOptionsOf(options: RunProjectOptions): CompileOptions {
  const { listener } = options;
  if (listener === undefined) return options;
  return { onNotice: (message) => listener({ type: "notice", message }), ...options };
}

/** The options with the actions that have changed since a commit, where one is named. */
async function withChangedSince(
  compiled: CompiledGraph,
  options: RunProjectOptions,
): Promise<RunProjectOptions> {
  const { changedSince: ref, runConfig, resumeFrom } = options;
  if (ref === undefined) return options;
  assertCompiled(compiled, options.projectDir);
  const { actions } = await changedSince(compiled, ref, compileOptionsOf(options));
  // What a run had begun is continued, also where it compiles as at the commit by now.
  const begun = resumeFrom ? (runConfig?.only ?? []) : [];
  return { ...options, runConfig: { ...runConfig, only: [...new Set([...begun, ...actions])] } };
}

function assertRunnable(compiled: CompiledGraph, options: RunProjectOptions): void {
  assertCompiled(compiled, options.projectDir);
  for (const message of [...ignoredOptions(compiled), ...followNotes(compiled)]) {
    options.listener?.({ type: "notice", message });
  }
}

const withoutCitus =
  "postgres.distributedBy, colocateWith, shardCount and reference have no effect: this database has no Citus";

async function inspectAndPlan(
  compiled: CompiledGraph,
  { database, runConfig: config = {}, signal }: RunProjectOptions,
  isKept = false,
) {
  const schemas = schemasOf(compiled);
  const read = (session: Session) => readWarehouseState(session.own, schemas);
  const state = await database.session(read, signal);
  const graph = buildExecutionGraph(compiled, state, config);
  if (!config.changed) return { graph, state, config };
  const fingerprints = actionFingerprints(compiled);
  const { fullRefresh } = config;
  const proofs = await readProofs({ graph, database, fingerprints, fullRefresh, isKept, signal });
  return { graph: withChanges(graph, proofs), state, config, proofs };
}
