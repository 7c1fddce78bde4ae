import { randomInt } from "node:crypto";
import { join, relative } from "node:path";
import pc from "picocolors";
import { auditProject } from "../../audit/audit-project.ts";
import type { AuditSample } from "../../audit/audit-result.ts";
import { findProject } from "../../compile/find-project.ts";
import { openDatabase, withDatabase } from "../../database/open-database.ts";
import { RunnerError } from "../../errors.ts";
import { auditLines, auditSummary } from "../../report/console/audit-lines.ts";
import { createSourceReader } from "../../report/console/read-source.ts";
import { forWorkflow } from "../../report/for-workflow.ts";
import { withoutWorkflowCommands } from "../../text/workflow-commands.ts";
import { compileArgumentsOf, runConfigOf } from "../given-options.ts";
import {
  compileOptions,
  databaseOptions,
  projectDirOption,
  runOptions,
  selectionOptions,
} from "../options.ts";
import { colorOn, columnsOf } from "../output.ts";
import { exitCodeOf } from "../run-and-report.ts";
import { untilStopped } from "../signals.ts";
import type { AddCommand } from "./command.ts";

const { actions, exclude, tags } = selectionOptions;

/** `dataform audit`: compares incremental tables with a full refresh that is rolled back. */
export const addAuditCommand: AddCommand = (parser, finish) =>
  parser.command(
    "audit [project-dir]",
    "Compare incremental tables with a full refresh that is rolled back; change nothing",
    (command) =>
      command
        .positional("project-dir", projectDirOption)
        .options({
          actions: { ...actions, describe: "which incremental tables, written as for run" },
          exclude: { ...exclude, describe: "which ones not, written as for --actions" },
          tags: { ...tags, describe: "incremental tables with these tags" },
          "include-deps": selectionOptions["include-deps"],
          "include-dependents": selectionOptions["include-dependents"],
          sample: {
            type: "string",
            describe: "compare only a part of the keys: 5%",
            coerce: percentOf,
          },
          seed: { type: "number", describe: "sample the same keys again as an earlier audit" },
          wait: runOptions.wait,
          json: { ...runOptions.json, describe: "print the result as JSON on stdout" },
        })
        .options(compileOptions)
        .options(databaseOptions),
    (args) =>
      finish(() => {
        const { projectDir, credentials, json, timeout } = args;
        findProject(projectDir);
        return untilStopped({ what: "audit", timeoutMillis: timeout }, (stop) => {
          const { signal } = stop;
          const open = openDatabase({ projectDir, env: process.env, credentials, signal });
          return withDatabase(open, async (database) => {
            const print = createPrinter(projectDir, json);
            const result = await auditProject({
              ...{ projectDir, database, signal, waitMillis: args.wait },
              ...compileArgumentsOf(args),
              selection: runConfigOf({
                ...args,
                assertions: true,
                fullRefresh: true,
                changed: false,
              }),
              sample: sampleOf(args),
              onWait: print.line,
              onFinished: (table) => print.lines(auditLines(table, print)),
            });
            if (json) process.stdout.write(forWorkflow(`${JSON.stringify(result, null, 2)}\n`));
            print.lines(auditSummary(result, print.colors));
            return stop.exitCode() ?? exitCodeOf(result);
          });
        });
      }),
  );

/** `5%` or `0.5%` as a number. */
function percentOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const percent = Number(/^(\d+(?:\.\d+)?)%$/.exec(text.trim())?.[1]);
  if (percent > 0 && percent <= 100) return percent;
  throw new RunnerError("USAGE", `--sample: "${text}" is not a percentage above 0 and up to 100`, {
    hint: "write --sample 5%",
  });
}

/** Other keys each time, unless a seed is given: what has drifted elsewhere would never be found. */
function sampleOf(args: { sample: number | undefined; seed: number | undefined }) {
  const { sample: percent, seed = randomInt(1, 1_000_000) } = args;
  if (!Number.isSafeInteger(seed)) {
    throw new RunnerError("USAGE", `--seed: ${seed} is not a whole number`);
  }
  return percent === undefined ? undefined : ({ percent, seed } satisfies AuditSample);
}

/** Lines for people: on stderr when stdout belongs to JSON. */
function createPrinter(projectDir: string, json: boolean) {
  const stream = json ? process.stderr : process.stdout;
  const lines = (all: readonly string[]) =>
    void stream.write(withoutWorkflowCommands(`${all.join("\n")}\n`));
  return {
    colors: pc.createColors(colorOn(stream)),
    maxWidth: columnsOf(stream) ?? 100,
    readSource: createSourceReader(projectDir),
    showPath: (fileName: string) => relative(process.cwd(), join(projectDir, fileName)),
    lines,
    line: (text: string) => lines([text]),
  };
}
