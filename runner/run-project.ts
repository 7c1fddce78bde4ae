import { randomUUID } from "node:crypto";
import { assertCompiled } from "./compile/assert-compiled.ts";
import { type CompileOptions, compileProject } from "./compile/compile-project.ts";
import type { CompiledGraph } from "./compile/compiled-graph.ts";
import type { Database } from "./database/database.ts";
import { withRunLock } from "./database/run-lock.ts";
import { readWarehouseState } from "./database/warehouse-state.ts";
import { executeGraph } from "./execute/execute-graph.ts";
import type { RunResult } from "./execute/run-result.ts";
import { buildExecutionGraph, schemasOf } from "./plan/build.ts";
import type { ExecutionGraph } from "./plan/execution-graph.ts";
import type { RunConfig } from "./plan/run-config.ts";
import type { RunListener } from "./report/run-event.ts";

/** What to run, where, and who listens. */
export interface RunProjectOptions extends CompileOptions {
  database: Database;
  /** The part of the project that runs; all of it by default. */
  runConfig?: RunConfig;
  /** Actions at the same time; 4 by default. */
  threads?: number;
  /** Names the run in the result and in the history. */
  runId?: string;
  listener?: RunListener;
}

/**
 * Runs a Dataform project: compile, inspect the warehouse, plan, execute. Resolves also when actions
 * fail: the result says so. Throws a RunnerError when the run cannot start (compilation errors, an
 * unknown selection, another run at work).
 */
export async function runProject(options: RunProjectOptions): Promise<RunResult> {
  const compiled = await compileChecked(options);
  return withRunLock(options.database, schemasOf(compiled), async () => {
    const graph = await inspectAndPlan(compiled, options);
    return executeGraph(graph, options.database, {
      runId: options.runId ?? randomUUID(),
      threads: options.threads ?? 4,
      listener: options.listener ?? (() => {}),
      signal: options.signal,
      now: Date.now,
    });
  });
}

/** The dry run: what `runProject` would do now, as data. Changes nothing. */
export async function planProject(options: RunProjectOptions): Promise<ExecutionGraph> {
  return inspectAndPlan(await compileChecked(options), options);
}

async function compileChecked(options: CompileOptions): Promise<CompiledGraph> {
  const compiled = await compileProject(options);
  assertCompiled(compiled, options.projectDir);
  return compiled;
}

async function inspectAndPlan(
  compiled: CompiledGraph,
  { database, runConfig = {} }: RunProjectOptions,
): Promise<ExecutionGraph> {
  const state = await readWarehouseState(database, schemasOf(compiled));
  return buildExecutionGraph(compiled, state, runConfig);
}
