import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { makeOwnFolder, replaceOwnFile } from "../../own-files.ts";
import { leaveCopiedData } from "./copied-data.ts";
import { folderFailure } from "./embedded-failure.ts";
import { type EmbeddedPaths, embeddedPaths } from "./embedded-paths.ts";
import { withFolderLock } from "./folder-lock.ts";
import { takeWholeData } from "./whole-data.ts";

/**
 * Runs `use` while no other command starts or stops the server of this `.dataform` folder, which is
 * made when it does not exist. A copy of another project's folder gets its own data, and
 * `onProgress` is called with a message. Throws CONNECTION_FAILED when the folder cannot be
 * written.
 */
export async function underLock<T>(
  folder: string,
  signal: AbortSignal | undefined,
  use: (paths: EmbeddedPaths) => Promise<T>,
  onProgress: (message: string) => void = () => {},
): Promise<T> {
  const paths = embeddedPaths(resolve(folder));
  try {
    makeFolder(paths.folder);
    const useOwn = () => {
      takeWholeData(paths);
      const message = leaveCopiedData(paths);
      if (message !== undefined) onProgress(message);
      return use(paths);
    };
    return await withFolderLock(paths.lock, useOwn, signal);
  } catch (error) {
    throw isWriteError(error) ? folderFailure(paths.folder, error) : error;
  }
}

/** The folder keeps itself out of the project's version control. */
function makeFolder(folder: string): void {
  makeOwnFolder(folder, dirname(folder));
  const ignore = join(folder, ".gitignore");
  if (!existsSync(ignore)) replaceOwnFile(ignore, "*\n");
}

function isWriteError(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return ["EACCES", "EPERM", "EROFS", "ENOSPC", "EDQUOT", "ENOTDIR", "EEXIST"].includes(code ?? "");
}
