import {
  closeSync,
  constants,
  fstatSync,
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

/**
 * Reads a file for the code of a project. After following links, the path (below the project
 * folder, a real path) must be a file of the project or of a package in its `node_modules`, and
 * neither hidden nor in a hidden folder. The file that was checked is the one that is read: it is
 * opened without following links and must be the one at that path.
 */
export function readProjectFile(projectDir: string, file: string): ProjectFile {
  const place = path.resolve(projectDir, file);
  const name = path.relative(projectDir, place);
  if (!isReadable(projectDir, place)) return { refused: refusal(name) };
  try {
    const real = realpathSync.native(place);
    if (!isReadable(projectDir, real)) {
      return { refused: `${refusal(name)}: this link leads to ${path.relative(projectDir, real)}` };
    }
    return readOpened(real, name);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return { missing: true };
    return { refused: `${refusal(name)}: ${code ?? "it cannot be read"}` };
  }
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
