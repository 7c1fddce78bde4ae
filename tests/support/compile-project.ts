import * as compiler from "../../runner/compile/compile-project.ts";
import type { CompiledGraph } from "../../runner/compile/compiled-graph.ts";
import { patienceMillis } from "./patience.ts";

/** `compileProject` of the runner with the patience of tests, unless a test is about that limit. */
export function compileProject(options: compiler.CompileOptions): Promise<CompiledGraph> {
  return compiler.compileProject({ timeoutMillis: patienceMillis, ...options });
}
