import { assertCompiled } from "../../compile/checks/assert-compiled.ts";
import { compileProject } from "../../compile/compile-project.ts";
import { findProject } from "../../compile/find-project.ts";
import { openDatabase, withDatabase } from "../../database/open-database.ts";
import { formatStatus } from "../../report/console/format-status.ts";
import { forWorkflow } from "../../report/for-workflow.ts";
import { readStatus } from "../../status/read-status.ts";
import { compileArgumentsOf } from "../given-options.ts";
import { compileOptions, databaseOptions, projectDirOption } from "../options.ts";
import { columnsOf } from "../output.ts";
import { untilStopped } from "../signals.ts";
import type { AddCommand } from "./command.ts";

/** `dataform status`: the relations of the project in the database, and the active runs. */
export const addStatusCommand: AddCommand = (parser, finish) =>
  parser.command(
    "status [project-dir]",
    "Tell what of the project stands in the database, how large it is, and what is at work",
    (command) =>
      command
        .positional("project-dir", projectDirOption)
        .options({
          verbose: { type: "boolean", default: false, describe: "a line for every table and view" },
          exact: {
            type: "boolean",
            default: false,
            describe: "count the rows of tables above 100 MB too, which are estimated otherwise",
          },
          json: { type: "boolean", default: false, describe: "print JSON" },
        })
        .options(compileOptions)
        .options(databaseOptions),
    (args) =>
      finish(() => {
        const { credentials, exact, json, verbose, timeout } = args;
        const projectDir = findProject(args.projectDir);
        return untilStopped({ what: "status", timeoutMillis: timeout }, async (stop) => {
          const { signal } = stop;
          const compiled = await compileProject({
            projectDir,
            ...compileArgumentsOf(args),
            signal,
          });
          assertCompiled(compiled, projectDir);
          const open = openDatabase({ projectDir, env: process.env, credentials, signal });
          const status = await withDatabase(open, (database) =>
            database.session(
              ({ own }) => readStatus(own, compiled, { database: database.description, exact }),
              signal,
            ),
          );
          const width = columnsOf(process.stdout);
          const text = json
            ? `${JSON.stringify(status, null, 2)}\n`
            : `${formatStatus(status, { verbose, width }).join("\n")}\n`;
          process.stdout.write(forWorkflow(text));
          return stop.exitCode() ?? 0;
        });
      }),
  );
