import { openDatabase } from "../../database/open-database.ts";
import { formatPlan } from "../../report/format-plan.ts";
import { planProject } from "../../run-project.ts";
import {
  compileOptions,
  databaseOptions,
  listOf,
  overridesOf,
  projectDirOption,
  runOptions,
} from "../options.ts";
import { runAndReport, withDatabase } from "../run-and-report.ts";
import type { AddCommand } from "./command.ts";

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
        .options(databaseOptions),
    (args) =>
      finish(() => {
        const { projectDir, credentials } = args;
        const open = openDatabase({ projectDir, env: process.env, credentials });
        return withDatabase(open, async (database) => {
          const options = {
            projectDir,
            database,
            overrides: overridesOf(args),
            threads: args.threads,
            runConfig: {
              actions: listOf(args.actions),
              tags: listOf(args.tags),
              includeDependencies: args.includeDeps,
              includeDependents: args.includeDependents,
              fullRefresh: args.fullRefresh,
            },
          };
          if (args.dryRun) {
            const graph = await planProject(options);
            const text = args.json ? `${JSON.stringify(graph, null, 2)}\n` : formatPlan(graph);
            process.stdout.write(text);
            return 0;
          }
          const { json, junit, summary, timeout } = args;
          return runAndReport({ ...options, json, junit, summary, runTimeoutMillis: timeout });
        });
      }),
  );
