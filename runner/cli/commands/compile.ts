import { resolve } from "node:path";
import { assertCompiled } from "../../compile/checks/assert-compiled.ts";
import { describeErrors, failedGraph, placeOf } from "../../compile/checks/describe-errors.ts";
import { ignoredOptions } from "../../compile/checks/ignored-options.ts";
import { type CompileOptions, compileProject } from "../../compile/compile-project.ts";
import { actionsOf, type CompiledGraph } from "../../compile/compiled-graph.ts";
import { withoutSettings } from "../../compile/settings/with-settings.ts";
import { watchProject } from "../../compile/watch/watch-project.ts";
import { RunnerError } from "../../errors.ts";
import { statementsOf } from "../../plan/compiled-sql.ts";
import { findCompiled } from "../../plan/find-compiled.ts";
import { selectCompiled } from "../../plan/selection/select-compiled.ts";
import type { SelectionConfig } from "../../plan/selection/selection.ts";
import { formatCompiled } from "../../report/console/format-compiled.ts";
import { formatStatements } from "../../report/console/format-statements.ts";
import { formatDot } from "../../report/files/format-dot.ts";
import type { Annotation } from "../../report/github/github-annotations.ts";
import { targetKey } from "../../target.ts";
import { visibleText } from "../../text/terminal-text.ts";
import { withoutWorkflowCommands } from "../../text/workflow-commands.ts";
import { annotate, annotateError } from "../annotate.ts";
import { compileOptions, listOf, overridesOf } from "../options.ts";
import { printFailure } from "../output.ts";
import { listenForStop } from "../signals.ts";
import type { AddCommand } from "./command.ts";

// Editors know 1 as "does not compile"; `run` says 3, to tell it from a failing action.
const doesNotCompile = 1;

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

interface Output {
  projectDir: string;
  json: boolean;
  lineage: boolean;
  dot: boolean;
  quiet: boolean;
  verbose: boolean;
  selection: SelectionConfig;
}

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
        if (quiet && verbose) {
          throw new RunnerError("USAGE", "--quiet and --verbose exclude each other");
        }
        const options: CompileOptions = {
          projectDir,
          overrides: overridesOf(args),
          ...(args.timeout !== undefined && { timeoutMillis: args.timeout }),
        };
        const selection: SelectionConfig = {
          actions: listOf(args.outputActions),
          tags: listOf(args.outputTags),
          includeDependencies: args.outputIncludeDeps,
          includeDependents: args.outputIncludeDependents,
        };
        const output = { projectDir, json, lineage, dot, quiet, verbose, selection };
        if (lineage && !json) throw new RunnerError("USAGE", "--lineage needs --json");
        if (model !== undefined) return printSql(options, model, args.incremental);
        requireSelection(output);
        if (args.watch) return compileAgain(options, output);
        return print(await compileProject(options).catch(printedAs(output)), output);
      }),
  );

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

async function compileAgain(options: CompileOptions, output: Output): Promise<number> {
  const stop = listenForStop();
  await watchProject({ ...options, signal: stop.signal }, async ({ outcome, millis }) => {
    try {
      if ("error" in outcome) return printedAs(output)(outcome.error);
      await print(outcome.graph, output);
    } catch (error) {
      printFailure(error);
    }
    process.stderr.write(`compiled in ${Math.round(millis)} ms, watching for changes\n`);
  });
  stop.dispose();
  return stop.exitCode() ?? 0;
}

/** Prints a failure for `--json` too, as a graph that holds it, and throws it on. */
function printedAs({ json, projectDir }: Output): (error: unknown) => never {
  return (error) => {
    if (json && error instanceof RunnerError) {
      process.stdout.write(`${JSON.stringify(failedGraph(error, projectDir), null, 2)}\n`);
    }
    annotateError(error, projectDir);
  };
}

/** Prints the requested output and returns the exit code. */
async function print(graph: CompiledGraph, output: Output): Promise<number> {
  const errors = graph.graphErrors?.compilationErrors ?? [];
  if (errors.length > 0) {
    annotate(problemsIn(graph, output.projectDir), output.projectDir);
    return printErrors(graph, output);
  }
  const shown = isSelective(output) ? selectCompiled(graph, output.selection) : graph;
  for (const line of ignoredOptions(graph))
    process.stderr.write(withoutWorkflowCommands(`${visibleText(line)}\n`));
  process.stdout.write(await format(graph, shown, output));
  return 0;
}

function problemsIn(graph: CompiledGraph, projectDir: string): Annotation[] {
  return describeErrors(graph, projectDir).map((error) => {
    const { fileName = "", message } = error;
    const line = Number(/:(\d+)$/.exec(placeOf(error, projectDir) ?? "")?.[1] ?? 1);
    return { fileName, line, title: "Compilation failed", message };
  });
}

/** `whole`: the graph of which only a part may be shown; columns of the rest are known all the same. */
async function format(
  whole: CompiledGraph,
  shown: CompiledGraph,
  { json, lineage, dot, quiet }: Output,
): Promise<string> {
  if (json) {
    const added = lineage ? { lineage: await lineageOfShown(whole, shown) } : {};
    return `${JSON.stringify({ ...withoutSettings(shown), ...added }, null, 2)}\n`;
  }
  return dot ? formatDot(shown) : formatCompiled(shown, quiet);
}

async function lineageOfShown(whole: CompiledGraph, shown: CompiledGraph) {
  const { lineageOfProject } = await import("../../lineage/lineage-of-project.ts");
  const names = new Set(actionsOf(shown).map(({ action }) => targetKey(action.target)));
  return (await lineageOfProject(whole)).filter(({ target }) => names.has(targetKey(target)));
}

function printErrors(graph: CompiledGraph, { json, verbose, projectDir }: Output): number {
  if (json) process.stdout.write(`${JSON.stringify(withoutSettings(graph), null, 2)}\n`);
  try {
    assertCompiled(graph, projectDir);
  } catch (error) {
    printFailure(error);
  }
  if (verbose) {
    for (const { stack } of graph.graphErrors?.compilationErrors ?? []) {
      process.stderr.write(withoutWorkflowCommands(`\n${visibleText(stack ?? "")}\n`));
    }
  }
  return doesNotCompile;
}

function requireSelection(output: Output): void {
  const { includeDependencies, includeDependents } = output.selection;
  if ((!includeDependencies && !includeDependents) || isSelective(output)) return;
  throw new RunnerError(
    "USAGE",
    "--output-include-deps and --output-include-dependents need a selection",
    { hint: "add --output-actions or --output-tags" },
  );
}

function isSelective({ selection }: Output): boolean {
  return [selection.actions, selection.tags].some((names) => (names ?? []).length > 0);
}
