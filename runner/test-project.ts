import { changedSince, unitTestKey } from "./changes/changed-since.ts";
import { assertCompiled } from "./compile/checks/assert-compiled.ts";
import { type CompileOptions, compileProject } from "./compile/compile-project.ts";
import type { CompiledGraph, CompiledUnitTest } from "./compile/compiled-graph.ts";
import type { Database } from "./database/database.ts";
import { assertWritable } from "./database/warehouse/writable.ts";
import type { UnitTestRun } from "./results/unit-test-result.ts";
import { type RunUnitTestsOptions, runUnitTests } from "./unit-tests/run-unit-tests.ts";
import { selectUnitTests } from "./unit-tests/select-unit-tests.ts";

/** Which unit tests run, where, and who listens. */
export interface TestProjectOptions
  extends CompileOptions,
    Pick<RunUnitTestsOptions, "onFinished"> {
  /** Opens nothing when there are no tests to run. */
  openDatabase: () => Promise<Database>;
  /** Selectors of tests, or of the datasets that they test; all by default. */
  actions?: readonly string[];
  tags?: readonly string[];
  /** A branch, tag or commit: only tests that compile otherwise there, or whose table does. */
  changedSince?: string | undefined;
  /** Tests at the same time; 4 by default. */
  threads?: number;
}

/**
 * Runs the unit tests of a project and closes the database. Resolves also when tests fail; a project
 * without tests gives an empty list. Throws a RunnerError when they cannot run at all.
 */
export async function testProject(options: TestProjectOptions): Promise<UnitTestRun> {
  const { actions = [], tags = [], threads = 4, signal, onFinished } = options;
  const graph = await compileProject({ ...options, unitTests: true });
  assertCompiled(graph, options.projectDir);
  const all = graph.unitTests ?? [];
  const selected = all.length === 0 ? [] : selectUnitTests(all, { actions, tags });
  const tests = await changedAmong(selected, graph, options);
  if (tests.length === 0) {
    const now = Date.now();
    return {
      status: "successful",
      timing: { startTimeMillis: now, endTimeMillis: now },
      tests: [],
    };
  }
  const database = await options.openDatabase();
  try {
    await assertWritable(database);
    const listener = onFinished ? { onFinished } : {};
    return await runUnitTests(graph, database, { tests, threads, signal, ...listener });
  } finally {
    await database.close();
  }
}

async function changedAmong(
  tests: readonly CompiledUnitTest[],
  graph: CompiledGraph,
  options: TestProjectOptions,
): Promise<readonly CompiledUnitTest[]> {
  if (options.changedSince === undefined) return tests;
  const changes = await changedSince(graph, options.changedSince, { ...options, unitTests: true });
  return tests.filter((test) => changes.unitTests.has(unitTestKey(test)));
}
