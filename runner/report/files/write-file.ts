import { randomUUID } from "node:crypto";
import { rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { RunnerError } from "../../errors.ts";
import { isDevice, makeOwnFolder } from "../../own-files.ts";

/**
 * Takes a path and a text and writes the text completely or not at all: a reader sees the old file
 * or the new one. Missing folders are made. A link is replaced and its target stays; a path that is
 * not a regular file (`/dev/stdout`) is written to directly. Throws a RunnerError that names the
 * path, also when a link leads from the project to a place outside it.
 */
export async function writeFileAtomically(
  path: string,
  text: string,
  projectDir: string,
): Promise<void> {
  await atPath(path, projectDir, (isFile) =>
    isFile ? withStage(path, text, (stage) => rename(stage, path)) : writeFile(path, text),
  );
}

/**
 * Throws the error of `writeFileAtomically` for the first of the paths to which it could not write now, so that a command
 * need not do its work first. Makes missing folders. Paths that were not given are left out.
 */
export async function assertCanWrite(
  paths: readonly (string | undefined)[],
  projectDir: string,
): Promise<void> {
  for (const path of paths) {
    if (path) await atPath(path, projectDir, (isFile) => tryToWrite(path, isFile));
  }
}

async function tryToWrite(path: string, isFile: boolean): Promise<void> {
  if (isFile) return withStage(path, "", async () => undefined);
  const existing = await stat(path).catch(() => undefined);
  if (existing?.isDirectory()) throw new Error("it is a folder");
}

/** Makes the folder of a path and does `write`, which is told whether a regular file is there or will be. */
async function atPath(
  path: string,
  projectDir: string,
  write: (isFile: boolean) => Promise<void>,
): Promise<void> {
  try {
    makeOwnFolder(dirname(path), projectDir);
    const existing = await stat(path).catch(() => undefined);
    await write(!isDevice(path) && (existing?.isFile() ?? true));
  } catch (error) {
    throw error instanceof RunnerError ? error : cannotWrite(path, error);
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

/** Writes a text beside a path; the file is gone afterwards unless it was renamed. */
async function withStage(
  path: string,
  text: string,
  use: (stage: string) => Promise<void>,
): Promise<void> {
  const stage = join(dirname(path), `.${randomUUID()}.tmp`);
  try {
    await writeFile(stage, text, { flag: "wx" });
    await use(stage);
  } finally {
    await rm(stage, { force: true });
  }
}
