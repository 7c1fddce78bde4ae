import { mkdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { RunnerError } from "../errors.ts";
import { makeOwnFolder } from "../own-files.ts";

/**
 * Fills a new folder and puts it in the place of the last one when it is whole: who reads it
 * meanwhile sees the old one or the new one, and a failure leaves the old one. Throws USAGE where the system does not let
 * it be written.
 */
export async function replaceFolder(
  folder: string,
  projectDir: string,
  fill: (stage: string) => Promise<void>,
): Promise<void> {
  try {
    makeOwnFolder(dirname(folder), projectDir);
    await fillAndReplace(folder, fill);
  } catch (error) {
    throw isOfSystem(error) ? cannotWrite(folder, error) : error;
  }
}

async function fillAndReplace(
  folder: string,
  fill: (stage: string) => Promise<void>,
): Promise<void> {
  const place = join(dirname(folder), `.${basename(folder)}.${process.pid}`);
  const stage = `${place}.new`;
  const old = `${place}.old`;
  await rm(stage, { recursive: true, force: true });
  try {
    await mkdir(stage);
    await fill(stage);
    await exchange(stage, folder, old);
  } finally {
    await rm(stage, { recursive: true, force: true });
    await rm(old, { recursive: true, force: true });
  }
}

/** Two writers at once: whoever comes last stays, and nobody fails. */
async function exchange(stage: string, folder: string, old: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    await rm(old, { recursive: true, force: true });
    await rename(folder, old).catch(() => undefined);
    try {
      return await rename(stage, folder);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // another writer came between the two renames
      if (attempt === mostAttempts || (code !== "ENOTEMPTY" && code !== "EEXIST")) throw error;
    }
  }
}

const mostAttempts = 20;

function isOfSystem(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "syscall" in error;
}

function cannotWrite(folder: string, cause: Error): RunnerError {
  return new RunnerError("USAGE", `${folder} cannot be written: ${cause.message}`, {
    hint: "make room for a folder of that name where this account may write",
    cause,
  });
}
