import { existsSync, readFileSync, realpathSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { isPlainFile, replaceOwnFile } from "../../own-files.ts";
import type { EmbeddedPaths } from "./embedded-paths.ts";
import { linkedData, ownerFile } from "./linked-data.ts";
import { serverUser } from "./server-user.ts";

/**
 * Whether a `.dataform` folder is a copy (`cp -a`, `rsync`, `tar`): its link leads to the data of
 * another folder, which is still there and leads to them too. Throws USAGE as `linkedData` does.
 */
export function isCopied(paths: EmbeddedPaths): boolean {
  const data = linkedData(paths);
  const owner = data && ownerOf(data);
  if (owner === undefined || owner === realpathSync(paths.folder)) return false;
  const ofOwner = join(owner, "postgres");
  if (!existsSync(ofOwner) || isSameFolder(owner, paths.folder)) return false;
  return realpathSync(ofOwner) === data;
}

/**
 * Makes sure that the data of a `.dataform` folder are its own: a copy lets go of the link and begins
 * with new data. Returns what to tell about that, in words for people. Throws USAGE as `linkedData` does.
 */
export function leaveCopiedData(paths: EmbeddedPaths): string | undefined {
  const data = linkedData(paths);
  if (data === undefined) return undefined;
  const owner = ownerOf(data);
  if (!isCopied(paths)) {
    // A folder that was moved takes its data along.
    if (owner !== realpathSync(paths.folder)) writeOwner(data, paths.folder);
    return undefined;
  }
  rmSync(paths.data);
  rmSync(paths.keep, { force: true });
  return `${paths.folder} is a copy of ${owner}, which keeps its database; this one begins with an empty one`;
}

/** Writes into a data folder to which `.dataform` folder it belongs. */
export function writeOwner(dataFolder: string, folder: string): void {
  replaceOwnFile(join(dataFolder, ownerFile), realpathSync(folder), serverUser(dataFolder));
}

/** A link of this name is none of ours. */
function ownerOf(data: string): string | undefined {
  const path = join(data, ownerFile);
  return isPlainFile(path) ? readFileSync(path, "utf8") : undefined;
}

function isSameFolder(one: string, other: string): boolean {
  const [a, b] = [statSync(one), statSync(other)];
  return a.dev === b.dev && a.ino === b.ino;
}
