import * as compiler from "../../runner/compile/compile-project.ts";
import type { CompiledGraph } from "../../runner/compile/compiled-graph.ts";
import { findProject } from "../../runner/compile/find-project.ts";
import { livingCompiler } from "./living-compiler.ts";
import { patienceMillis } from "./patience.ts";

/**
 * `compileProject` of the runner in a process that lives for many projects, for tests about what a
 * project compiles to. Limits are those of a process: with one, the project has a process of its own.
 */
export async function compileProject(options: compiler.CompileOptions): Promise<CompiledGraph> {
  const { timeoutMillis, maxHeapMegabytes, signal } = options;
  const isLimited = timeoutMillis !== undefined || maxHeapMegabytes !== undefined;
  const hasOwn = isLimited || signal?.aborted;
  const child = hasOwn ? undefined : livingCompiler(findProject(options.projectDir));
  return compiler.compileProject({ timeoutMillis: patienceMillis, ...options, child });
}
