import { resolve } from "node:path";
import { assertCompiled } from "../../compile/checks/assert-compiled.ts";
import { type CompileOptions, compileProject } from "../../compile/compile-project.ts";
import { watchProject } from "../../compile/watch/watch-project.ts";
import { RunnerError } from "../../errors.ts";
import { statementsOf } from "../../plan/compiled-sql.ts";
import { findCompiled } from "../../plan/find-compiled.ts";
import type { SelectionConfig } from "../../plan/selection/selection.ts";
import { formatStatements } from "../../report/console/format-statements.ts";
import { compileArgumentsOf, listOf } from "../given-options.ts";
import { compileOptions } from "../options.ts";
import { printFailure } from "../output.ts";
import {
  type CompiledOutput,
  printCompiled,
  printedAs,
  requireSelection,
} from "../print-compiled.ts";
import { listenForStop } from "../signals.ts";
import type { AddCommand } from "./command.ts";

const outputOptions = {
  json: {
    type: "boolean",
    default: false,
    describe: "print the compiled graph as JSON on stdout, also when there are errors",
  },
  lineage: {
    type: "boolean",
    default: false,
    describe: "with --json: add where every column comes from, as lineage",
  },
  dot: { type: "boolean", default: false, describe: "print the graph for Graphviz" },
  watch: { type: "boolean", default: false, describe: "compile again after every change" },
  quiet: { type: "boolean", default: false, describe: "print how many actions there are" },
  verbose: {
    type: "boolean",
    default: false,
    describe: "print the stack of every error",
  },
  sql: {
    type: "boolean",
    default: false,
    describe: "print the SQL of one model: dataform compile my_model --sql",
  },
  incremental: {
    type: "boolean",
    default: false,
    describe: "with --sql: what adds rows to an incremental table that is there",
  },
  "output-actions": {
    type: "string",
    array: true,
    requiresArg: true,
    describe: "print only these actions; written as for run --actions",
  },
  "output-tags": {
    type: "string",
    array: true,
    requiresArg: true,
    describe: "print only actions with these tags",
  },
  "output-include-deps": {
    type: "boolean",
    default: false,
    describe: "print their dependencies too",
  },
  "output-include-dependents": {
    type: "boolean",
    default: false,
    describe: "print their dependents too",
  },
} as const;

/** `dataform compile`: checks a project and lists its actions; needs no database. */
export const addCompileCommand: AddCommand = (parser, finish) =>
  parser.command(
    "compile [project-dir] [model]",
    "Compile the project and list its actions",
    (command) =>
      command
        .positional("project-dir", {
          ...typedProjectDir,
          describe: "folder of the project; the model, with --sql alone",
        })
        .positional("model", { type: "string", describe: "with --sql: whose SQL to print" })
        .options(outputOptions)
        .options(compileOptions),
    (args) =>
      finish(async () => {
        const { json, lineage, dot, quiet, verbose } = args;
        const { folder, model } = placesOf(args);
        const projectDir = resolve(folder);
        refuseTogether({ quiet, verbose });
        refuseTogether({ json, dot });
        const options: CompileOptions = { projectDir, ...compileArgumentsOf(args) };
        const selection: SelectionConfig = {
          actions: listOf(args.outputActions, "--output-actions"),
          tags: listOf(args.outputTags, "--output-tags"),
          includeDependencies: args.outputIncludeDeps,
          includeDependents: args.outputIncludeDependents,
        };
        const output = { projectDir, json, lineage, dot, quiet, verbose, selection };
        if (lineage && !json) throw new RunnerError("USAGE", "--lineage needs --json");
        if (model !== undefined) return printSql(options, model, args.incremental);
        requireSelection(output);
        if (args.watch) return compileAgain(options, output);
        return printCompiled(await compileProject(options).catch(printedAs(output)), output);
      }),
  );

/** Throws USAGE when both flags are given. */
function refuseTogether(flags: Record<string, boolean>): void {
  if (!Object.values(flags).every(Boolean)) return;
  const names = Object.keys(flags).map((name) => `--${name}`);
  throw new RunnerError("USAGE", `${names.join(" and ")} exclude each other`);
}

const typedProjectDir = { type: "string", default: "." } as const;

/** With `--sql` a single name is the model's; a folder stands before it. */
function placesOf(args: { projectDir: string; model?: string | undefined; sql: boolean }) {
  if (!args.sql) {
    if (args.model === undefined) return { folder: args.projectDir, model: undefined };
    throw new RunnerError("USAGE", `unknown: ${args.model}`, {
      hint: `the SQL of a model: dataform compile ${args.model} --sql`,
    });
  }
  if (args.model !== undefined) return { folder: args.projectDir, model: args.model };
  if (args.projectDir !== ".") return { folder: ".", model: args.projectDir };
  throw new RunnerError("USAGE", "whose SQL? no model is named", {
    hint: "dataform compile my_model --sql",
  });
}

/** The statements of one model on standard output, as psql takes them. */
async function printSql(
  options: CompileOptions,
  name: string,
  incremental: boolean,
): Promise<number> {
  const graph = await compileProject(options);
  assertCompiled(graph, options.projectDir);
  const statements = statementsOf(findCompiled(graph, name), incremental);
  process.stdout.write(formatStatements(statements));
  return 0;
}

async function compileAgain(options: CompileOptions, output: CompiledOutput): Promise<number> {
  const stop = listenForStop();
  await watchProject({ ...options, signal: stop.signal }, async ({ outcome, millis }) => {
    try {
      if ("error" in outcome) return printedAs(output)(outcome.error);
      await printCompiled(outcome.graph, output);
    } catch (error) {
      printFailure(error);
    }
    process.stderr.write(`compiled in ${Math.round(millis)} ms, watching for changes\n`);
  });
  stop.dispose();
  return stop.exitCode() ?? 0;
}
