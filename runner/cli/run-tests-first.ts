import { openDatabase } from "../database/open-database.ts";
import { unitTestSummary } from "../report/console/unit-test-lines.ts";
import { type TestProjectOptions, testProject } from "../test-project.ts";
import type { StopSignal } from "./signals.ts";
import { createUnitTestPrinter } from "./unit-test-printer.ts";

/** What `--run-tests` needs of the run that follows. */
export interface TestsFirstOptions
  extends Pick<TestProjectOptions, "projectDir" | "overrides" | "threads" | "timeoutMillis"> {
  credentials?: string | undefined;
  /** Ends the tests. */
  stop: StopSignal;
  /** Standard output belongs to the run's JSON. */
  json: boolean;
}

/** Runs every unit test; returns the exit code that keeps the run from starting, or undefined. */
export async function runTestsFirst(options: TestsFirstOptions): Promise<number | undefined> {
  const { projectDir, credentials, json, stop, ...rest } = options;
  const { signal } = stop;
  const print = createUnitTestPrinter(projectDir, json);
  const run = await testProject({
    ...{ ...rest, projectDir, signal, onFinished: print.result },
    openDatabase: () => openDatabase({ projectDir, env: process.env, credentials, signal }),
  });
  if (run.tests.length > 0) print.line(unitTestSummary(run, print.colors));
  if (run.status === "timed_out") return 6;
  return stop.exitCode() ?? (run.status === "successful" ? undefined : 1);
}
