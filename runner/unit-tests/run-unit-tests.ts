import type { CompiledGraph, CompiledTable, CompiledUnitTest } from "../compile/compiled-graph.ts";
import type { Database } from "../database/database.ts";
import { RunnerError } from "../errors.ts";
import type { RunStatus } from "../results/run-result.ts";
import type { UnitTestResult, UnitTestRun } from "../results/unit-test-result.ts";
import { targetKey, targetName } from "../target.ts";
import { executeUnitTest } from "./execute-unit-test.ts";

/** What a run of unit tests needs beside the tests and the database. */
export interface RunUnitTestsOptions {
  /** Tests at the same time. */
  threads: number;
  /** Aborted by Ctrl-C or with "timeout": nothing more is started. */
  signal?: AbortSignal | undefined;
  /** Milliseconds since 1970-01-01 UTC. */
  now?: () => number;
  /** Told of every test when it has ended, in that order. */
  onFinished?: (result: UnitTestResult) => void;
}

/**
 * Runs the unit tests of a graph that was compiled with `unitTests`; all of them unless some are
 * named. Each is accounted for in the result, in the order of the graph; none changes anything in
 * the database.
 */
export async function runUnitTests(
  graph: CompiledGraph,
  database: Database,
  options: RunUnitTestsOptions & { tests?: readonly CompiledUnitTest[] },
): Promise<UnitTestRun> {
  const { tests = graph.unitTests ?? [], threads, signal, now = Date.now } = options;
  const startTimeMillis = now();
  const results = new Map<CompiledUnitTest, UnitTestResult>();
  const tables = new Map((graph.tables ?? []).map((table) => [targetKey(table.target), table]));
  const queue = [...tests];
  const work = async () => {
    for (let test = queue.shift(); test !== undefined; test = queue.shift()) {
      const result = await runOne(test, tableOf(test, tables), database, { signal, now });
      results.set(test, result);
      options.onFinished?.(result);
    }
  };
  await Promise.all(Array.from({ length: Math.min(threads, tests.length) }, work));
  const inOrder = tests.flatMap((test) => results.get(test) ?? []);
  const timing = { startTimeMillis, endTimeMillis: now() };
  return { status: statusOf(inOrder, signal), timing, tests: inOrder };
}

function tableOf(
  test: CompiledUnitTest,
  tables: ReadonlyMap<string, CompiledTable>,
): CompiledTable {
  const table = tables.get(targetKey(test.dataset));
  if (table) return table;
  throw new RunnerError("INTERNAL", `${targetName(test.dataset)} is not in the compiled graph`);
}

async function runOne(
  test: CompiledUnitTest,
  table: CompiledTable,
  database: Database,
  { signal, now }: { signal: AbortSignal | undefined; now: () => number },
): Promise<UnitTestResult> {
  const { name, dataset, fileName, tags } = test;
  const startTimeMillis = now();
  const outcome = signal?.aborted
    ? ({ status: "cancelled" } as const)
    : await executeUnitTest(test, table, database, signal);
  const timing = { startTimeMillis, endTimeMillis: now() };
  return { name, dataset, fileName, tags, timing, ...outcome };
}

function statusOf(results: readonly UnitTestResult[], signal?: AbortSignal): RunStatus {
  const isCut = results.some(({ status }) => status === "cancelled");
  if (isCut && signal?.aborted) return signal.reason === "timeout" ? "timed_out" : "cancelled";
  return results.some(({ status }) => status === "failed") ? "failed" : "successful";
}
