import type { Dirent } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { sep } from "node:path";
import { FileRefused } from "../failure.ts";
import { globPattern, isGlob } from "../values/glob.ts";

/** A file to read. */
export interface InputFile {
  /** As messages and rules see it: as typed, with `/`. `-` is the standard input. */
  name: string;
  /** It was found in a folder and not named by the user: a file without results is skipped. */
  isFound: boolean;
  /** It is a folder without any file. */
  isEmpty?: boolean;
  /** Why it, or the folder that it is, cannot be read at all. */
  problem?: FileRefused;
}

/**
 * The files that arguments stand for, sorted within a folder: files, folders with all that is in
 * them, globs, and `-`. Links to folders elsewhere are followed. Hidden files and `node_modules` are left out of folders. An argument that
 * stands for nothing, and a folder that cannot be read, become a file with its problem; a file that
 * was listed before stays as it is.
 */
export async function listFiles(inputs: readonly (string | InputFile)[]): Promise<InputFile[]> {
  const lists = await Promise.all(
    inputs.map((input) =>
      typeof input === "string" ? filesOf(input.replaceAll("\\", "/")) : [input],
    ),
  );
  const seen = new Set<string>();
  return lists.flat().filter(({ name }) => !seen.has(name) && seen.add(name));
}

async function filesOf(input: string): Promise<InputFile[]> {
  if (input === "-") return [{ name: input, isFound: false }];
  const found = await stat(input).catch(() => undefined);
  if (found?.isDirectory()) {
    const files = await filesIn(input.replace(/(?<=.)\/+$/, ""));
    return files.length > 0 ? files : [{ name: input, isFound: true, isEmpty: true }];
  }
  if (found !== undefined) return [{ name: input, isFound: false }];
  const matching = isGlob(input) ? await filesOfGlob(input) : [];
  if (matching.length > 0) return matching;
  const problem = new FileRefused(
    isGlob(input) ? "no file fits this pattern" : "there is no such file or folder",
  );
  return [{ name: input, isFound: false, problem }];
}

async function filesOfGlob(glob: string): Promise<InputFile[]> {
  const folder = glob.slice(0, glob.search(/[^/]*[*?{]/)).replace(/(?<=.)\/$/, "");
  const pattern = globPattern(glob);
  // what stands in the folders below does not matter to a pattern that stays above them
  const isDeep = /\/|\*\*/.test(glob.slice(folder.length + 1));
  const files = await filesIn(folder === "" ? "." : folder);
  return files
    .map((file) => (folder === "" ? { ...file, name: file.name.replace(/^\.\//, "") } : file))
    .filter(({ name, problem }) => (problem ? isDeep || name === folder : pattern.test(name)))
    .map((file) => ({ ...file, isFound: false }));
}

/** `above`: the real paths of the folder that was named, and of those that links led to on the way from there. */
async function filesIn(folder: string, above?: readonly string[]): Promise<InputFile[]> {
  let entries: Dirent[];
  try {
    entries = await readdir(folder, { withFileTypes: true });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    // gone, or no folder any more, since it was listed
    if (code === "ENOENT" || code === "ENOTDIR") return [];
    const problem = new FileRefused(`the folder cannot be read: ${code}`);
    return [{ name: folder, isFound: true, problem }];
  }
  const around = above ?? [await realpath(folder).catch(() => folder)];
  const files = await Promise.all(
    entries
      .filter(({ name }) => !name.startsWith(".") && !foreign.includes(name))
      .sort((one, other) => (one.name < other.name ? -1 : 1))
      .map(async (entry) => await filesBelow(entry, `${folder}/${entry.name}`, around)),
  );
  return files.flat();
}

// the second one is in each file system of ext4, for the administrator alone
const foreign = ["node_modules", "lost+found"];

async function filesBelow(
  entry: Dirent,
  path: string,
  around: readonly string[],
): Promise<InputFile[]> {
  if (entry.isDirectory()) return await filesIn(path, around);
  if (!entry.isSymbolicLink()) return entry.isFile() ? [{ name: path, isFound: true }] : [];
  const target = await realpath(path).catch(() => undefined);
  const found = target && (await stat(target).catch(() => undefined));
  // reading a link that leads nowhere says so
  if (!found || found.isFile()) return [{ name: path, isFound: true }];
  if (!found.isDirectory()) return [];
  // what it leads to is read where it stands, or holds the link itself
  if (around.some((other) => isWithin(target, other) || isWithin(other, target))) return [];
  const refused = (why: string) => [{ name: path, isFound: true, problem: new FileRefused(why) }];
  if (around.length > mostLinks) return refused(`more than ${mostLinks} links lead to this folder`);
  // reading what stands there may never end
  if (ofSystem.some((folder) => isWithin(target, folder))) return refused(`it leads to ${target}`);
  return await filesIn(path, [...around, target]);
}

const mostLinks = 5;
const ofSystem = ["/proc", "/sys"];

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : `${folder}${sep}`);
}
