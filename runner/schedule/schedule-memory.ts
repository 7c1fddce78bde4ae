import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { RunnerError } from "../errors.ts";
import { makeOwnFolder, replaceOwnFile } from "../own-files.ts";
import type { ScheduleMemory } from "./keep-schedule.ts";

/** Returns the file in which the schedule of a project keeps its state between processes. */
export function memoryFileOf(projectDir: string): string {
  return join(projectDir, "target", "schedule_state.json");
}

/**
 * Returns the state of an earlier process, or undefined when there was none. Throws USAGE for a damaged
 * file.
 */
export function recall(projectDir: string): ScheduleMemory | undefined {
  const path = memoryFileOf(projectDir);
  const text = textOf(path);
  if (text === undefined) return undefined;
  const { handledUntil, unfinishedRun, unfinishedRuns = [unfinishedRun] } = parsed(text);
  const time = new Date(typeof handledUntil === "string" ? handledUntil : Number.NaN);
  if (Number.isNaN(time.getTime())) {
    throw new RunnerError("USAGE", `${path} is damaged: it names no time in "handledUntil"`, {
      hint: "remove the file; times that were missed are then not caught up with",
    });
  }
  const runs = Array.isArray(unfinishedRuns) ? unfinishedRuns.filter(isText) : [];
  return { handledUntil: time, ...(runs.length > 0 && { unfinishedRuns: runs }) };
}

/** Stores the state for the next process; the file is replaced as a whole or not at all. */
export function remember(projectDir: string, memory: ScheduleMemory): void {
  const path = memoryFileOf(projectDir);
  makeOwnFolder(dirname(path), projectDir);
  replaceOwnFile(path, `${JSON.stringify(memory)}\n`);
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

/** `unfinishedRun` is what earlier versions wrote. */
function parsed(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new RunnerError("USAGE", `${path} cannot be read: ${(error as Error).message}`, {
      hint: "make it readable for the user that runs the schedule, or remove it",
      cause: error,
    });
  }
}
