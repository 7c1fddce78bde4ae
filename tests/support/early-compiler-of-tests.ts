import type { ChildProcess } from "node:child_process";
import * as product from "../../runner/compile/early-compiler.ts";

export * from "../../runner/compile/early-compiler.ts";

/** What process-stand-in.ts gives to the program that runs in a worker. */
const given = globalThis as { compilerOfTests?: (projectDir: string) => ChildProcess };

/**
 * In the place of the product's function, in commands that tests run inside a worker: the stand-in for a compiler
 * process (compiler-stand-in.ts), where the test has not asked for a process.
 */
export function takeEarlyCompiler(projectDir: string): ChildProcess | undefined {
  return given.compilerOfTests?.(projectDir) ?? product.takeEarlyCompiler(projectDir);
}
