import { assertCompiled } from "../../compile/checks/assert-compiled.ts";
import { compileProject } from "../../compile/compile-project.ts";
import { findProject } from "../../compile/find-project.ts";
import { RunnerError } from "../../errors.ts";
import { type AskedLineage, askedLineage } from "../../lineage/asked-lineage.ts";
import { columnGraph } from "../../lineage/column-graph.ts";
import { lineageOfProject } from "../../lineage/lineage-of-project.ts";
import { formatLineage } from "../../report/console/format-lineage.ts";
import { formatLineageDot } from "../../report/files/format-lineage-dot.ts";
import { forWorkflow } from "../../report/for-workflow.ts";
import { visibleText } from "../../text/terminal-text.ts";
import { compileArgumentsOf } from "../given-options.ts";
import { knownCatalogue } from "../known-catalogue.ts";
import { compileOptions, databaseOptions, projectDirOption } from "../options.ts";
import { harmlessLines } from "../output.ts";
import { untilStopped } from "../signals.ts";
import type { AddCommand } from "./command.ts";

const lineageOptions = {
  up: { type: "boolean", default: false, describe: "only where the values come from" },
  down: { type: "boolean", default: false, describe: "only where they go to" },
  json: { type: "boolean", default: false, describe: "print JSON" },
  dot: { type: "boolean", default: false, describe: "print the graph for Graphviz" },
  database: {
    type: "boolean",
    default: true,
    describe: "ask the database for columns; --no-database reads the project alone",
  },
} as const;

/** `dataform lineage <model>[.<column>]`: where columns come from and where they go. */
export const addLineageCommand: AddCommand = (parser, finish) =>
  parser.command(
    "lineage <name>",
    "Tell where the columns of a model come from, and where they go",
    (command) =>
      command
        .positional("name", {
          type: "string",
          demandOption: true,
          describe: "a model, source or table, or one of its columns: daily_uptime.passed_tests",
        })
        .option("project-dir", projectDirOption)
        .options(lineageOptions)
        .options(compileOptions)
        .options(databaseOptions),
    (args) =>
      finish(() => {
        const { credentials, name, timeout } = args;
        if (args.json && args.dot) {
          throw new RunnerError("USAGE", "--json and --dot exclude each other");
        }
        const projectDir = findProject(args.projectDir);
        const both = args.up === args.down;
        const directions = { up: both || args.up, down: both || args.down };
        return untilStopped({ what: "lineage", timeoutMillis: timeout }, async (stop) => {
          const { signal } = stop;
          const compiled = await compileProject({
            projectDir,
            ...compileArgumentsOf(args),
            signal,
          });
          assertCompiled(compiled, projectDir);
          const catalogue = args.database
            ? await knownCatalogue({ projectDir, credentials, signal }, tell)
            : undefined;
          const graph = columnGraph(await lineageOfProject(compiled, catalogue));
          process.stdout.write(format(askedLineage(graph, name, directions), args));
          return stop.exitCode() ?? 0;
        });
      }),
  );

function tell(message: string): void {
  process.stderr.write(harmlessLines(message));
}

function format(asked: AskedLineage, { json, dot }: { json: boolean; dot: boolean }): string {
  if (dot) return forWorkflow(visibleText(formatLineageDot(asked)));
  return forWorkflow(
    json ? `${JSON.stringify(asked, null, 2)}\n` : `${formatLineage(asked).join("\n")}\n`,
  );
}
