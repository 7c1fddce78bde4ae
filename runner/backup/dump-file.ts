import { randomUUID } from "node:crypto";
import { createReadStream, createWriteStream, renameSync, rmSync } from "node:fs";
import { PassThrough, type Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip, createGzip } from "node:zlib";
import { RunnerError } from "../errors.ts";

/**
 * Writes a file that has its name only when it is whole and on the disk; only its owner can read it. It is
 * gzipped when its name ends in `.gz`. Throws USAGE when it cannot be written.
 */
export async function writeDumpFile<T>(
  path: string,
  write: (target: Writable) => Promise<T>,
): Promise<T> {
  const draft = `${path}.${randomUUID()}.part`;
  try {
    const zip = path.endsWith(".gz") ? createGzip() : new PassThrough();
    const file = createWriteStream(draft, { flags: "wx", mode: 0o600, flush: true });
    const saved = pipeline(zip, file).catch((cause) => {
      throw file.errored === null ? cause : notWritten(path, cause);
    });
    saved.catch(() => undefined);
    const work = write(zip);
    const result = await Promise.race([work, saved.then(() => work)]);
    zip.end();
    await saved;
    renameSync(draft, path);
    return result;
  } finally {
    rmSync(draft, { force: true });
  }
}

function notWritten(path: string, cause: Error): RunnerError {
  const hint = `${cause.message}: name a folder that is there, may be written to and has enough room`;
  return new RunnerError("USAGE", `the dump cannot be written to ${path}`, { hint, cause });
}

/** The bytes of a dump in a file, unzipped; throws USAGE when it cannot be unzipped. */
export async function* readDumpFile(path: string): AsyncGenerator<Buffer> {
  const file = createReadStream(path);
  if (!path.endsWith(".gz")) return yield* file;
  const zip = createGunzip();
  file.on("error", (error) => zip.destroy(error)).pipe(zip);
  try {
    yield* zip;
  } catch (error) {
    if (!/^Z_/.test((error as NodeJS.ErrnoException).code ?? "")) throw error;
    throw new RunnerError("USAGE", `${path} is damaged: ${(error as Error).message}`, {
      hint: "take another backup; nothing was changed",
    });
  }
}
