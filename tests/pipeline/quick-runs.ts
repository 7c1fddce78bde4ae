import type { Database } from "../../runner/database/database.ts";
import { readWarehouseState } from "../../runner/database/warehouse/warehouse-state.ts";
import { executeGraph } from "../../runner/execute/execute-graph.ts";
import { buildExecutionGraph, schemasOf } from "../../runner/plan/build.ts";
import type { RunConfig } from "../../runner/plan/run-config.ts";
import type { RunResult } from "../../runner/results/run-result.ts";
import { compileOnce } from "../support/compile-once.ts";
import { projectDir } from "./warehouse.ts";

/** Runs the warehouse's project, or a part of it, as `runProject` does, without its lock. */
export type QuickRun = (database: Database, config: RunConfig) => Promise<RunResult>;

/** Compiles the project once for many runs. */
export async function quickRuns(): Promise<QuickRun> {
  const compiled = await compileOnce({ projectDir });
  return async (database, config) => {
    const state = await readWarehouseState(database, schemasOf(compiled));
    const options = { runId: "quick", threads: 4, listener: () => {}, now: Date.now };
    return executeGraph(buildExecutionGraph(compiled, state, config), database, {
      ...options,
      jit: { compiled, state, config },
    });
  };
}
