import { randomUUID } from "node:crypto";
import {
  closeSync,
  fchownSync,
  lstatSync,
  mkdirSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { RunnerError } from "./errors.ts";

/**
 * Replaces one of our own files by a text or bytes, completely; only its owner can read it, who is the
 * caller unless root names another one. A link of that name is replaced; its target is unchanged.
 */
export function replaceOwnFile(
  path: string,
  text: string | Buffer,
  owner?: { uid: number; gid: number },
): void {
  const stage = join(dirname(path), `.${randomUUID()}.tmp`);
  try {
    writeNewFile(stage, text, owner);
    renameSync(stage, path);
  } finally {
    rmSync(stage, { force: true });
  }
}

/** The owner is set by the open file: its name may be that of a link by now, where others may write. */
function writeNewFile(
  path: string,
  text: string | Buffer,
  owner: { uid: number; gid: number } | undefined,
): void {
  const file = openSync(path, "wx", 0o600);
  try {
    writeFileSync(file, text);
    if (owner !== undefined) fchownSync(file, owner.uid, owner.gid);
  } finally {
    closeSync(file);
  }
}

/**
 * The folder for what this program can make again for its user, outside of every project; undefined for a
 * user without a home. It may not be there yet.
 */
export function userCacheFolder(): string | undefined {
  const { XDG_CACHE_HOME: cache = "" } = process.env;
  if (isAbsolute(cache)) return join(cache, "dataform-postgres");
  const home = homeFolder();
  return home && join(home, ".cache", "dataform-postgres");
}

/** The home folder of the user; undefined for one without, as a user id that the operating system has no name for. */
export function homeFolder(): string | undefined {
  try {
    const home = homedir();
    return isAbsolute(home) ? home : undefined;
  } catch {
    return undefined;
  }
}

/** Whether something belongs to the caller and nobody else may write to it; never so for a link. */
export function isOursAlone({ uid, mode }: Stats): boolean {
  return process.getuid === undefined || (uid === process.getuid() && (mode & 0o022) === 0);
}

/** Whether there is a file of this name, and no link to one; false where it cannot be looked at. */
export function isPlainFile(path: string): boolean {
  return statsOf(path)?.isFile() === true;
}

/** Whether there is a folder of this name, and no link to one; false where it cannot be looked at. */
export function isPlainFolder(path: string): boolean {
  return statsOf(path)?.isDirectory() === true;
}

/** Whether there is a link of this name, wherever it leads; false where it cannot be looked at. */
export function isLink(path: string): boolean {
  return statsOf(path)?.isSymbolicLink() === true;
}

function statsOf(path: string): Stats | undefined {
  try {
    return lstatSync(path);
  } catch {
    return undefined;
  }
}

/**
 * Makes a folder. Throws USAGE when its path is in `projectDir` but a link leads out of it: the
 * author of a project must not choose where files are written.
 */
export function makeOwnFolder(folder: string, projectDir: string): void {
  const inside = relative(resolve(projectDir), resolve(folder));
  const link = isOutside(inside) ? undefined : linkOutOf(projectDir, inside);
  if (link !== undefined) {
    throw new RunnerError(
      "USAGE",
      `${join(projectDir, link)} is a link that leads out of the project`,
      {
        hint: "remove the link; nothing is written through it",
      },
    );
  }
  makeFolder(folder);
}

/**
 * Makes a folder and those above it that are missing, with the mode that a new folder gets. Node 20's own
 * way of doing so never ends where a folder that is there takes no new one and the system answers ENOENT,
 * as below /proc.
 */
export function makeFolder(folder: string, mode?: number): void {
  if (isFolder(folder)) return;
  const parent = dirname(folder);
  if (parent !== folder) makeFolder(parent, mode);
  try {
    mkdirSync(folder, { mode });
  } catch (error) {
    // Somebody else may have made it meanwhile.
    if (!isFolder(folder)) throw error;
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/**
 * The first part of a path in a project that a link leads out of it; a part that does not exist counts as
 * inside.
 */
export function linkOutOf(projectDir: string, inside: string): string | undefined {
  const root = realPath(projectDir);
  if (root === undefined) return undefined;
  const parts = inside.split(/[/\\]/).filter(Boolean);
  const folders = parts.map((_, index) => parts.slice(0, index + 1).join("/"));
  return folders.find((folder) => {
    const real = realPath(join(projectDir, folder));
    return real !== undefined && isOutside(relative(root, real));
  });
}

/** Whether a path relative to a folder leads out of it; the name of a file in it may begin with dots. */
function isOutside(path: string): boolean {
  return path === ".." || path.startsWith(`..${sep}`) || isAbsolute(path);
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

/** `/dev/stdout` is a link, to a file when the output goes to one. */
export function isDevice(path: string): boolean {
  return /^\/(?:dev\/(?:stdout|stderr|fd\/\d+)|proc\/[^/]+\/fd\/\d+)$/.test(resolve(path));
}
