import { randomUUID } from "node:crypto";
import { mkdir, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { RunnerError } from "../errors.ts";

/**
 * Takes a path and a text and puts the text there whole or not at all: a reader sees the old file
 * or the new one. Missing folders are made. What is no regular file (`/dev/stdout`) is written to
 * directly. Throws a RunnerError that names the path.
 */
export async function writeFileAtomically(path: string, text: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    // A symbolic link stays one: the file that it names is replaced.
    const target = await realpath(path).catch(() => path);
    const existing = await stat(target).catch(() => undefined);
    if (existing && !existing.isFile()) await writeFile(target, text);
    else await replaceFile(target, text);
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

/** Takes a path and the failure of writing there; returns the error for the user. */
export function cannotWrite(path: string, cause: unknown): RunnerError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new RunnerError("USAGE", `The report ${path} cannot be written: ${why}`, {
    hint: "Give a file in a folder that can be written to, with enough space.",
    cause,
  });
}

async function replaceFile(path: string, text: string): Promise<void> {
  const stage = join(dirname(path), `.${randomUUID()}.tmp`);
  try {
    await writeFile(stage, text, { flag: "wx" });
    await rename(stage, path);
  } finally {
    await rm(stage, { force: true });
  }
}
