import type { ChildProcess } from "node:child_process";
import { findProject } from "./find-project.ts";
import { listProjectFiles } from "./list-project-files.ts";
import { isAnyKept } from "./processes/kept-answers.ts";
import { readModules } from "./processes/read-modules.ts";
import { prepareCompilerProcess } from "./processes/run-compiler-process.ts";

/** The heap of a compiler process unless it is set. */
export const defaultHeapMegabytes = 1024;

let early: { projectDir: string; child: ChildProcess } | undefined;

/**
 * Starts a compiler process that reads the project while this process loads what else it needs: the first
 * `compileProject` of that folder uses it. Does nothing where there is no project, which whoever compiles it says, and
 * where its result is kept.
 */
export function startCompilerEarly(folder: string): void {
  endEarlyCompiler();
  if (isCompiled(folder)) return;
  const child = tryPrepareCompiler(folder);
  if (child !== undefined) early = { projectDir: findProject(folder), child };
}

/** Whether the result of the project as it is now is kept. */
function isCompiled(folder: string): boolean {
  try {
    const projectDir = findProject(folder);
    return isAnyKept({ projectDir, files: readModules(projectDir, listProjectFiles(projectDir)) });
  } catch {
    return false;
  }
}

/** The process that was started early for this project (a real path), once. */
export function takeEarlyCompiler(projectDir: string): ChildProcess | undefined {
  if (early?.projectDir !== projectDir) return undefined;
  const { child } = early;
  early = undefined;
  return child;
}

/** Ends the process that was started early and not used. */
export function endEarlyCompiler(): void {
  early?.child.kill("SIGKILL");
  early = undefined;
}

/**
 * Starts a compiler process that has read the project already and waits to be used, once, as the
 * `child` of `compileProject`. Undefined when there is no project; `compileProject` then reports the
 * problem.
 */
export function tryPrepareCompiler(
  folder: string,
  maxHeapMegabytes = defaultHeapMegabytes,
): ChildProcess | undefined {
  try {
    const projectDir = findProject(folder);
    const filePaths = listProjectFiles(projectDir);
    return prepareCompilerProcess({ projectDir, filePaths, maxHeapMegabytes });
  } catch {
    return undefined;
  }
}
