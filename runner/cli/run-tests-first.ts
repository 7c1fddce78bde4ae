import type { Database } from "../database/database.ts";
import { unitTestSummary } from "../report/console/unit-test-lines.ts";
import type { RunStatus } from "../results/run-result.ts";
import { type TestProjectOptions, testProject } from "../test-project.ts";
import { notifyOfError, notifyOfTests } from "./notify-of-run.ts";
import { createUnitTestPrinter } from "./unit-test-printer.ts";

/** What `--run-tests` needs of the run that follows. */
export interface TestsFirstOptions
  extends Pick<
    TestProjectOptions,
    "projectDir" | "overrides" | "threads" | "timeoutMillis" | "signal"
  > {
  /** That of the run, which stays open. */
  database: Database;
  /** Standard output belongs to the run's JSON. */
  json: boolean;
  /** The URL of the run, for its notifications. */
  link?: string | undefined;
  /** Whether nobody has just typed the command. */
  isScheduled?: boolean | undefined;
  /** Whether no run follows, so that nobody is notified. */
  isDryRun?: boolean | undefined;
}

/**
 * Runs every unit test and returns how they ended; a run without any is successful. Sends a notification when they keep
 * the run from starting.
 */
export async function runTestsFirst(options: TestsFirstOptions): Promise<RunStatus> {
  const { database, json, link, isScheduled, isDryRun, ...rest } = options;
  const { projectDir, signal } = options;
  const told = { projectDir, database, link, signal, isScheduled, startedAt: new Date() };
  const print = createUnitTestPrinter(projectDir, json);
  const tests = testProject({
    ...{ ...rest, onFinished: print.result },
    openDatabase: async () => ({ ...database, close: async () => undefined }),
  });
  const run = await (isDryRun ? tests : tests.catch((error) => notifyOfError(told, error)));
  if (run.tests.length > 0) print.line(unitTestSummary(run, print.colors));
  if (!isDryRun) await notifyOfTests(told, run);
  return run.status;
}
