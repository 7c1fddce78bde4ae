import { RunnerError } from "../../errors.ts";
import type { CompilationError, CompiledGraph } from "../compiled-graph.ts";
import { describeErrors, kindOf, placeOf } from "./describe-errors.ts";

const shownErrors = 20;

/**
 * Returns nothing when the graph is free of errors. Otherwise throws a `RunnerError` that lists
 * them, one `file:line: message` each: `DEPENDENCY_CYCLE` or `UNSUPPORTED_ACTION` when all are of
 * that kind, else `COMPILATION_FAILED`.
 */
export function assertCompiled(graph: CompiledGraph, projectDir: string): void {
  const errors = describeErrors(graph, projectDir);
  if (errors.length === 0) return;
  const lines = errors.slice(0, shownErrors).map((error) => {
    const place = placeOf(error, projectDir);
    const text = place === undefined ? error.message : `${place}: ${error.message}`;
    return `  ${text.replaceAll("\n", "\n    ")}`;
  });
  if (errors.length > shownErrors) lines.push(`  … and ${errors.length - shownErrors} more`);
  const count = errors.length === 1 ? "an error" : `${errors.length} errors`;
  throw new RunnerError(codeOf(errors), `The project has ${count}:\n${lines.join("\n")}`, {
    hint: "Nothing was sent to the database.",
  });
}

function codeOf(errors: CompilationError[]) {
  if (errors.every((error) => kindOf(error) === "cycle")) return "DEPENDENCY_CYCLE";
  if (errors.every((error) => kindOf(error) === "unsupported")) return "UNSUPPORTED_ACTION";
  return "COMPILATION_FAILED";
}
