import * as compiler from "../../runner/compile/compile-project.ts";
import type { CompiledGraph } from "../../runner/compile/compiled-graph.ts";
import { findProject } from "../../runner/compile/find-project.ts";
import { compilerInThisWorker } from "./compiler-stand-in.ts";
import { patienceMillis } from "./patience.ts";

/** `compileProject` of the runner with the patience of tests, unless a test is about that limit. */
export function compileProject(options: compiler.CompileOptions): Promise<CompiledGraph> {
  return compiler.compileProject({ timeoutMillis: patienceMillis, ...options });
}

/** `compileProject` without a process, for code that ends and that leaves the machine alone. */
export async function compileInWorker(options: compiler.CompileOptions): Promise<CompiledGraph> {
  const child = compilerInThisWorker(findProject(options.projectDir));
  return await compileProject({ ...options, child });
}
