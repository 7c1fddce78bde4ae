import {
  existsSync,
  lstatSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { EmbeddedPaths } from "./embedded-paths.ts";

/** In the data that stand elsewhere: the `.dataform` folder that they belong to. */
const ownerFile = "dataform_owner";

/**
 * Whether a `.dataform` folder is a copy (`cp -a`, `rsync`, `tar`): its link leads to the data of
 * another folder, which is still there and leads to them too.
 */
export function isCopied(paths: EmbeddedPaths): boolean {
  const owner = ownerOf(paths);
  if (owner === undefined || owner === realpathSync(paths.folder)) return false;
  const ofOwner = join(owner, "postgres");
  if (!existsSync(ofOwner) || isSameFolder(owner, paths.folder)) return false;
  return realpathSync(ofOwner) === realpathSync(paths.data);
}

/**
 * Makes sure that the data of a `.dataform` folder are its own: a copy lets go of the link and begins
 * with new data. Returns what to tell about that, in words for people.
 */
export function leaveCopiedData(paths: EmbeddedPaths): string | undefined {
  if (!isLink(paths.data)) return undefined;
  if (!isCopied(paths)) {
    // A folder that was moved takes its data along.
    if (ownerOf(paths) !== realpathSync(paths.folder)) {
      writeOwner(realpathSync(paths.data), paths.folder);
    }
    return undefined;
  }
  const owner = ownerOf(paths);
  rmSync(paths.data);
  rmSync(paths.keep, { force: true });
  return `${paths.folder} is a copy of ${owner}, which keeps its database; this one begins with an empty one`;
}

/** Writes into a data folder to which `.dataform` folder it belongs. */
export function writeOwner(dataFolder: string, folder: string): void {
  writeFileSync(join(dataFolder, ownerFile), realpathSync(folder));
}

function ownerOf({ data }: EmbeddedPaths): string | undefined {
  if (!isLink(data)) return undefined;
  const path = join(realpathSync(data), ownerFile);
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}

/** A link that leads somewhere. */
function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true && existsSync(path);
}

function isSameFolder(one: string, other: string): boolean {
  const [a, b] = [statSync(one), statSync(other)];
  return a.dev === b.dev && a.ino === b.ino;
}
