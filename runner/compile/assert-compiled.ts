import { RunnerError } from "../errors.ts";
import type { CompiledGraph } from "./compiled-graph.ts";
import { type DescribedError, describeErrors } from "./describe-errors.ts";

const shownErrors = 20;

/**
 * Returns nothing when the graph is free of errors. Otherwise throws a `RunnerError` that lists
 * them, one `file:line: message` each: `DEPENDENCY_CYCLE` or `UNSUPPORTED_ACTION` when all are of
 * that kind, else `COMPILATION_FAILED`.
 */
export function assertCompiled(graph: CompiledGraph, projectDir: string): void {
  const errors = describeErrors(graph, projectDir);
  if (errors.length === 0) return;
  const lines = errors.slice(0, shownErrors).map(({ place, message }) => {
    const text = place === undefined ? message : `${place}: ${message}`;
    return `  ${text.replaceAll("\n", "\n    ")}`;
  });
  if (errors.length > shownErrors) lines.push(`  … and ${errors.length - shownErrors} more`);
  const count = errors.length === 1 ? "an error" : `${errors.length} errors`;
  throw new RunnerError(codeOf(errors), `The project has ${count}:\n${lines.join("\n")}`, {
    hint: "Nothing was sent to the database.",
  });
}

function codeOf(errors: DescribedError[]) {
  if (errors.every(({ kind }) => kind === "cycle")) return "DEPENDENCY_CYCLE";
  if (errors.every(({ kind }) => kind === "unsupported")) return "UNSUPPORTED_ACTION";
  return "COMPILATION_FAILED";
}
