import type { Dirent } from "node:fs";
import { readdir, stat } from "node:fs/promises";
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
 * them, globs, and `-`. Hidden files and `node_modules` are left out of folders. An argument that
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

async function filesIn(folder: string): Promise<InputFile[]> {
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
  const files = await Promise.all(
    entries
      .filter(({ name }) => !name.startsWith(".") && !foreign.includes(name))
      .sort((one, other) => (one.name < other.name ? -1 : 1))
      .map(async (entry) => await filesBelow(entry, `${folder}/${entry.name}`)),
  );
  return files.flat();
}

// the second one is in each file system of ext4, for the administrator alone
const foreign = ["node_modules", "lost+found"];

// A symbolic link to a folder is not followed: it may lead back to where it stands.
async function filesBelow(entry: Dirent, path: string): Promise<InputFile[]> {
  if (entry.isDirectory()) return await filesIn(path);
  const found = entry.isFile() ? entry : await stat(path).catch(() => undefined);
  return found?.isFile() ? [{ name: path, isFound: true }] : [];
}
