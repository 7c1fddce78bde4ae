import { openDatabase } from "../../database/open-database.ts";
import {
  bigQueryOptions,
  compileOptions,
  databaseOptions,
  overridesOf,
  projectDirOption,
  runConfigOf,
  runOptions,
} from "../options.ts";
import { planAndReport } from "../plan-and-report.ts";
import { runAndReport, withDatabase } from "../run-and-report.ts";
import { runTestsFirst } from "../run-tests-first.ts";
import { noticeIgnored } from "../usage.ts";
import type { AddCommand } from "./command.ts";

// They stand in the compiled graph and change nothing that runs.
const locationFlags = ["default-location", "default-reservation"];

/** `dataform run`: compiles the project, runs its graph and checks its assertions. */
export const addRunCommand: AddCommand = (parser, finish) =>
  parser.command(
    "run [project-dir]",
    "Run the project: build its tables and views, check its assertions",
    (command) =>
      command
        .positional("project-dir", projectDirOption)
        .options(runOptions)
        .options(compileOptions)
        .options(databaseOptions)
        .options(bigQueryOptions),
    (args) =>
      finish(async () => {
        noticeIgnored(args, [...Object.keys(bigQueryOptions), ...locationFlags]);
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
            overrides: overridesOf(args),
            threads,
            actionRetryLimit: args.actionRetryLimit,
            executionTimeoutMillis: args.executionTimeout,
            jitTimeoutMillis: args.jitTimeout,
            ...(args.timeout !== undefined && { timeoutMillis: args.timeout }),
            runConfig: runConfigOf(args),
          };
          if (args.dryRun) {
            const { json, timeout } = args;
            return planAndReport({ ...options, json, verbose: true, runTimeoutMillis: timeout });
          }
          const { json, junit, summary, timeout } = args;
          return runAndReport({ ...options, json, junit, summary, runTimeoutMillis: timeout });
        });
      }),
  );
