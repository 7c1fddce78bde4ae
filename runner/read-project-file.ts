import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readlinkSync,
  readSync,
  realpathSync,
  statSync,
} from "node:fs";
import path from "node:path";

/** The bytes of a file of a project, or why it is not read. */
export type ProjectFile = { bytes: Buffer } | { missing: true } | { refused: string };

const largestFile = 2 ** 28;
const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** Where a path of a project leads by its links, or why that is not known. */
export type ProjectPlace = { real: string } | { missing: true } | { isOutside: true };

const mostLinks = 40;

/**
 * Reads a file for the code of a project. After following links, the path (below the project
 * folder, a real path) must be a file of the project or of a package in its `node_modules`, and
 * neither hidden nor in a hidden folder. A path that leads elsewhere is refused alike, whether something
 * is there or not. The file that was checked is the one that is read: it is opened without following
 * links and must be the one at that path.
 */
export function readProjectFile(projectDir: string, file: string): ProjectFile {
  const place = path.resolve(projectDir, file);
  const name = path.relative(projectDir, place);
  if (!isReadable(projectDir, place)) return { refused: refusal(name) };
  try {
    const found = readablePlace(projectDir, place);
    if ("isOutside" in found) return { refused: `${refusal(name)}: a link in it leads elsewhere` };
    return "real" in found ? readOpened(found.real, name) : found;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return { missing: true };
    return { refused: `${refusal(name)}: ${code ?? "it cannot be read"}` };
  }
}

/**
 * Follows the links of a path as `placeInProject`, as far as they lead to what `isReadable` allows. Throws
 * as that does.
 */
export function readablePlace(projectDir: string, place: string): ProjectPlace {
  const isAllowed = (each: string) => isReadable(projectDir, each);
  if (isAllowed(place) && realPath(place) === place) return { real: place };
  const found = placeInProject(projectDir, place, isAllowed);
  if (!("real" in found)) return found;
  // The file system may take another name for this one: in capitals, for example.
  const real = realpathSync.native(found.real);
  return isAllowed(real) ? { real } : { isOutside: true };
}

/** Most paths hold no link, which is known at once; what this says of others is told to nobody. */
function realPath(place: string): string | undefined {
  try {
    return realpathSync.native(place);
  } catch {
    return undefined;
  }
}

/**
 * Follows the links of a path below the project folder, a real path, one by one. When one leads to a path
 * that is not allowed, the answer is `isOutside`, and nothing there was looked at. Throws the error of the
 * file system for what cannot be looked at, ELOOP included.
 */
export function placeInProject(
  projectDir: string,
  place: string,
  isAllowed: (place: string) => boolean,
): ProjectPlace {
  let next = place;
  try {
    for (let links = 0; links < mostLinks; links++) {
      if (!isAllowed(next)) return { isOutside: true };
      const link = firstLink(projectDir, next);
      if (link === undefined) return { real: next };
      next = path.resolve(path.dirname(link), readlinkSync(link)) + next.slice(link.length);
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return { missing: true };
    throw error;
  }
  throw Object.assign(new Error(`too many links: ${place}`), { code: "ELOOP" });
}

/** The first part of a path below the project folder that is a link; throws ENOENT for a missing part. */
function firstLink(projectDir: string, place: string): string | undefined {
  let parent = projectDir;
  for (const part of path.relative(projectDir, place).split(path.sep).filter(Boolean)) {
    parent = path.join(parent, part);
    if (lstatSync(parent).isSymbolicLink()) return parent;
  }
  return undefined;
}

function readOpened(real: string, name: string): ProjectFile {
  const descriptor = openSync(real, flags);
  try {
    const isThere = isAt(descriptor, real);
    return isThere
      ? readDescriptor(descriptor, name)
      : { refused: `${refusal(name)}: it was replaced while it was read` };
  } finally {
    closeSync(descriptor);
  }
}

/** Whether the opened file is the one at the path. Linux says where it lies, without resolving the path twice more. */
function isAt(descriptor: number, real: string): boolean {
  if (toldPlace(descriptor) === real) return true;
  const opened = fstatSync(descriptor);
  const named = statSync(realpathSync.native(real));
  const isSame = opened.ino === named.ino && opened.dev === named.dev;
  return isSame && realpathSync.native(real) === real;
}

function toldPlace(descriptor: number): string | undefined {
  if (process.platform !== "linux") return undefined;
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`);
  } catch {
    return undefined;
  }
}

function readDescriptor(descriptor: number, name: string): ProjectFile {
  const opened = fstatSync(descriptor);
  if (!opened.isFile()) return { refused: `${refusal(name)}: it is no file` };
  if (opened.size > largestFile) return { refused: `${refusal(name)}: it is larger than 256 MB` };
  return { bytes: readWhole(descriptor, opened.size) };
}

function readWhole(descriptor: number, size: number): Buffer {
  const bytes = Buffer.alloc(size);
  let done = 0;
  for (let more = 1; more > 0 && done < size; done += more) {
    more = readSync(descriptor, bytes, done, size - done, done);
  }
  return bytes.subarray(0, done);
}

/**
 * Whether a path relative to the project folder is one of its own files: not hidden and not
 * generated.
 */
export function isProjectPath(file: string): boolean {
  const parts = file.split("/");
  return (
    parts[0] !== "target" && !parts.some((part) => part.startsWith(".") || part === "node_modules")
  );
}

/**
 * Whether a path is below the project folder without a hidden part; packages may be those of pnpm.
 */
export function isReadable(projectDir: string, place: string): boolean {
  const isBelow = place.startsWith(projectDir + path.sep);
  const name = isBelow ? place.slice(projectDir.length + 1) : path.relative(projectDir, place);
  if (name === "" || name.startsWith("..") || path.isAbsolute(name)) return false;
  const [own = "", ...packages] = name.split(/(?:^|\/)node_modules\/(?:\.pnpm\/)?/);
  return (own === "" || isProjectPath(own)) && packages.every((each) => !/(?:^|\/)\./.test(each));
}

function refusal(name: string): string {
  return `The project's code may read files of the project, but not others, write none and start nothing: "${name}"`;
}
