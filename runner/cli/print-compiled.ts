import { assertCompiled } from "../compile/checks/assert-compiled.ts";
import { describeErrors, failedGraph, placeOf } from "../compile/checks/describe-errors.ts";
import { ignoredOptions } from "../compile/checks/ignored-options.ts";
import { actionsOf, type CompiledGraph } from "../compile/compiled-graph.ts";
import { withoutSettings } from "../compile/settings/with-settings.ts";
import { RunnerError } from "../errors.ts";
import { selectCompiled } from "../plan/selection/select-compiled.ts";
import type { SelectionConfig } from "../plan/selection/selection.ts";
import { formatCompiled } from "../report/console/format-compiled.ts";
import { formatDot } from "../report/files/format-dot.ts";
import { forWorkflow } from "../report/for-workflow.ts";
import type { Annotation } from "../report/github/github-annotations.ts";
import { targetKey } from "../target.ts";
import { visibleText } from "../text/terminal-text.ts";
import { annotate, annotateError } from "./annotate.ts";
import { harmlessLines, printFailure } from "./output.ts";

// Editors know 1 as "does not compile"; `run` says 3, to tell it from a failing action.
const doesNotCompile = 1;

/** What of a compiled project is printed, and how. */
export interface CompiledOutput {
  projectDir: string;
  json: boolean;
  lineage: boolean;
  dot: boolean;
  quiet: boolean;
  verbose: boolean;
  selection: SelectionConfig;
}

/** Prints a failure for `--json` too, as a graph that holds it, and throws it on. */
export function printedAs({ json, projectDir }: CompiledOutput): (error: unknown) => never {
  return (error) => {
    if (json && error instanceof RunnerError) {
      const text = JSON.stringify(failedGraph(error, projectDir), null, 2);
      process.stdout.write(forWorkflow(`${text}\n`));
    }
    annotateError(error, projectDir);
  };
}

/** Prints the requested output, or the errors of the project, and returns the exit code. */
export async function printCompiled(graph: CompiledGraph, output: CompiledOutput): Promise<number> {
  const errors = graph.graphErrors?.compilationErrors ?? [];
  if (errors.length > 0) {
    annotate(problemsIn(graph, output.projectDir), output.projectDir);
    return printErrors(graph, output);
  }
  const shown = isSelective(output) ? selectCompiled(graph, output.selection) : graph;
  for (const line of ignoredOptions(graph)) process.stderr.write(harmlessLines(line));
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
  { json, lineage, dot, quiet }: CompiledOutput,
): Promise<string> {
  if (json) {
    const added = lineage ? { lineage: await lineageOfShown(whole, shown) } : {};
    return forWorkflow(`${JSON.stringify({ ...withoutSettings(shown), ...added }, null, 2)}\n`);
  }
  return dot ? forWorkflow(visibleText(formatDot(shown))) : formatCompiled(shown, quiet);
}

async function lineageOfShown(whole: CompiledGraph, shown: CompiledGraph) {
  const { lineageOfProject } = await import("../lineage/lineage-of-project.ts");
  const names = new Set(actionsOf(shown).map(({ action }) => targetKey(action.target)));
  return (await lineageOfProject(whole)).filter(({ target }) => names.has(targetKey(target)));
}

function printErrors(graph: CompiledGraph, { json, verbose, projectDir }: CompiledOutput): number {
  if (json)
    process.stdout.write(forWorkflow(`${JSON.stringify(withoutSettings(graph), null, 2)}\n`));
  try {
    assertCompiled(graph, projectDir);
  } catch (error) {
    printFailure(error);
  }
  if (verbose) {
    for (const { stack } of graph.graphErrors?.compilationErrors ?? []) {
      process.stderr.write(`\n${harmlessLines(stack ?? "")}`);
    }
  }
  return doesNotCompile;
}

/** Throws USAGE when the output is to bring along what nothing was selected for. */
export function requireSelection(output: CompiledOutput): void {
  const { includeDependencies, includeDependents } = output.selection;
  if ((!includeDependencies && !includeDependents) || isSelective(output)) return;
  throw new RunnerError(
    "USAGE",
    "--output-include-deps and --output-include-dependents need a selection",
    { hint: "add --output-actions or --output-tags" },
  );
}

function isSelective({ selection }: CompiledOutput): boolean {
  return [selection.actions, selection.tags].some((names) => (names ?? []).length > 0);
}
