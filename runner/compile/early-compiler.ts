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
  const child = prepare(folder, { isNeeded: (project) => !isAnyKept(project) });
  if (child !== undefined) early = { projectDir: findProject(folder), child };
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
  maxHeapMegabytes?: number,
): ChildProcess | undefined {
  return prepare(folder, { maxHeapMegabytes });
}

function prepare(
  folder: string,
  {
    maxHeapMegabytes = defaultHeapMegabytes,
    isNeeded = () => true,
  }: {
    maxHeapMegabytes?: number | undefined;
    isNeeded?: (project: { projectDir: string; files: ReadonlyMap<string, Buffer> }) => boolean;
  },
): ChildProcess | undefined {
  try {
    const projectDir = findProject(folder);
    const filePaths = listProjectFiles(projectDir);
    const files = readModules(projectDir, filePaths);
    if (!isNeeded({ projectDir, files })) return undefined;
    return prepareCompilerProcess({ projectDir, filePaths, maxHeapMegabytes }, files);
  } catch {
    return undefined;
  }
}
