import { join, relative } from "node:path";
import { findProject } from "../../compile/find-project.ts";
import { openDatabase } from "../../database/open-database.ts";
import { formatError, formatSqlError } from "../../report/console/format-error.ts";
import { createSourceReader } from "../../report/console/read-source.ts";
import { formatRows } from "../../report/rows/format-rows.ts";
import { type Shown, showProject } from "../../show-project.ts";
import { withoutWorkflowCommands } from "../../text/workflow-commands.ts";
import { compileArgumentsOf } from "../given-options.ts";
import { rowLimit } from "../number-options.ts";
import { compileOptions, databaseOptions, projectDirOption, rowFormatOption } from "../options.ts";
import { columnsOf, progressOn } from "../output.ts";
import { untilStopped } from "../signals.ts";
import type { AddCommand } from "./command.ts";

// As `query`: the database refused the command.
const refused = 4;

/** `dataform show <model or query>`: prints its current rows; nothing is written. */
export const addShowCommand: AddCommand = (parser, finish) =>
  parser.command(
    "show <model>",
    "Print the rows that a model's query, or a query with refs, gives now; write nothing",
    (command) =>
      command
        .positional("model", {
          type: "string",
          demandOption: true,
          describe: `name of a model or assertion, or a query: 'select … from \${ref("orders")}'`,
        })
        .option("limit", {
          type: "number",
          default: 20,
          describe: "rows to read at most",
          coerce: rowLimit,
        })
        .option("format", rowFormatOption)
        .option("project-dir", projectDirOption)
        .options(compileOptions)
        .options(databaseOptions),
    (args) =>
      finish(() => {
        const { credentials, format, limit, model, timeout } = args;
        const projectDir = findProject(args.projectDir);
        return untilStopped({ what: "show", timeoutMillis: timeout }, async (stop) => {
          const { signal } = stop;
          const onProgress = progressOn(process.stderr);
          const shown = await showProject({
            ...{ projectDir, what: model, limit, signal, ...compileArgumentsOf(args) },
            openDatabase: () =>
              openDatabase({ projectDir, env: process.env, credentials, signal, onProgress }),
          });
          if ("error" in shown) return printRefusal(shown, projectDir);
          const more = "there are more: --limit";
          const note = shown.hasMore ? `; ${more}` : "";
          process.stdout.write(formatRows(shown.result, format, note));
          // A file with a part of the rows looks like one with all of them.
          if (shown.hasMore && format !== "table") {
            process.stderr.write(`printed up to row ${limit}; ${more}\n`);
          }
          return stop.exitCode() ?? 0;
        });
      }),
  );

function printRefusal(
  { error, fileName }: Extract<Shown, { error: unknown }>,
  projectDir: string,
): number {
  const options = {
    maxWidth: columnsOf(process.stderr),
    readSource: createSourceReader(projectDir),
    showPath: (file: string) => relative(process.cwd(), join(projectDir, file)),
  };
  const lines =
    fileName === undefined
      ? formatSqlError(error, options)
      : formatError(error, { fileName }, options);
  process.stderr.write(`${withoutWorkflowCommands(lines.join("\n"))}\n`);
  return refused;
}
