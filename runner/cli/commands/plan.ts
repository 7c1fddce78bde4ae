import { findProject } from "../../compile/find-project.ts";
import { openDatabase, withDatabase } from "../../database/open-database.ts";
import { compileArgumentsOf, runConfigOf } from "../given-options.ts";
import {
  changedSinceOption,
  compileOptions,
  databaseOptions,
  projectDirOption,
  runOptions,
  selectionOptions,
} from "../options.ts";
import { progressOn } from "../output.ts";
import { planAndReport } from "../plan-and-report.ts";
import { untilStopped } from "../signals.ts";
import type { AddCommand } from "./command.ts";

/** `dataform plan`: what a run would do, checked by PostgreSQL, with nothing changed. */
export const addPlanCommand: AddCommand = (parser, finish) =>
  parser.command(
    "plan [project-dir]",
    "Show what a run would do, checked by PostgreSQL; change nothing",
    (command) =>
      command
        .positional("project-dir", projectDirOption)
        .options(selectionOptions)
        .option("changed-since", changedSinceOption)
        .option("summary", runOptions.summary)
        .option("json", {
          type: "boolean",
          default: false,
          describe: "print the execution graph with the findings as JSON on stdout",
        })
        .option("verbose", {
          type: "boolean",
          default: false,
          describe:
            "show every action, also those that a run would leave as they are, with its SQL",
        })
        .options(compileOptions)
        .options(databaseOptions),
    (args) =>
      finish(() => {
        const { projectDir, credentials, json, verbose, timeout, changedSince, summary } = args;
        findProject(projectDir);
        return untilStopped({ what: "plan", timeoutMillis: timeout }, (stop) => {
          const { signal } = stop;
          const onProgress = progressOn(process.stderr);
          onProgress("compiling …");
          const where = { projectDir, env: process.env, credentials };
          const open = openDatabase({ ...where, signal, onProgress });
          return withDatabase(open, (database) =>
            planAndReport({
              ...{ projectDir, database, json, verbose, showSql: verbose, stop },
              ...{ changedSince, summary },
              ...compileArgumentsOf(args),
              runConfig: runConfigOf(args),
            }),
          );
        });
      }),
  );
