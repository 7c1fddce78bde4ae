import type { ArgumentsCamelCase, InferredOptionTypes } from "yargs";
import type { CompileOptions } from "../compile/compile-project.ts";
import { openDatabase } from "../database/open-database.ts";
import {
  type compileOptions,
  type databaseOptions,
  overridesOf,
  runConfigOf,
  type runOptions,
} from "./options.ts";
import { planAndReport } from "./plan-and-report.ts";
import { runAndReport, withDatabase } from "./run-and-report.ts";
import { runTestsFirst } from "./run-tests-first.ts";

type RunArguments = { projectDir: string } & ArgumentsCamelCase<
  InferredOptionTypes<typeof runOptions> &
    InferredOptionTypes<typeof compileOptions> &
    InferredOptionTypes<typeof databaseOptions>
>;

/** `dataform run` with its arguments read; gives the exit code. `child`: a prepared compiler. */
export async function runWithArguments(
  args: RunArguments,
  child: CompileOptions["child"],
): Promise<number> {
  const { projectDir, credentials, threads } = args;
  if (args.runTests && !args.dryRun) {
    const common = { projectDir, credentials, threads, json: args.json };
    const limit = args.timeout === undefined ? {} : { timeoutMillis: args.timeout };
    const failed = await runTestsFirst({ ...common, overrides: overridesOf(args), ...limit });
    if (failed !== undefined) return failed;
  }
  const maxConnections = Math.max(8, threads);
  const open = openDatabase({ projectDir, env: process.env, credentials, maxConnections });
  return withDatabase(open, async (database) => {
    const options = {
      projectDir,
      database,
      child,
      overrides: overridesOf(args),
      threads,
      actionRetryLimit: args.actionRetryLimit,
      executionTimeoutMillis: args.executionTimeout,
      jitTimeoutMillis: args.jitTimeout,
      ...(args.timeout !== undefined && { timeoutMillis: args.timeout }),
      runConfig: runConfigOf(args),
    };
    const { json, junit, summary, timeout } = args;
    if (args.dryRun) {
      return planAndReport({ ...options, json, verbose: true, runTimeoutMillis: timeout });
    }
    return runAndReport({ ...options, json, junit, summary, runTimeoutMillis: timeout });
  });
}
