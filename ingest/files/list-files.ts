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
  /** Why it cannot be read at all. */
  problem?: FileRefused;
}

/**
 * The files that arguments stand for, sorted within a folder: files, folders with all that is in
 * them, globs, and `-`. Hidden files and `node_modules` are left out of folders. An argument that
 * stands for nothing becomes a file with its problem; a file that was listed before stays as it is.
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
    const names = await filesIn(input.replace(/(?<=.)\/+$/, ""));
    if (names.length === 0) return [{ name: input, isFound: true, isEmpty: true }];
    return names.map((name) => ({ name, isFound: true }));
  }
  if (found !== undefined) return [{ name: input, isFound: false }];
  const matching = isGlob(input) ? await filesOfGlob(input) : [];
  if (matching.length > 0) return matching.map((name) => ({ name, isFound: false }));
  const problem = new FileRefused(
    isGlob(input) ? "no file fits this pattern" : "there is no such file or folder",
  );
  return [{ name: input, isFound: false, problem }];
}

async function filesOfGlob(glob: string): Promise<string[]> {
  const folder = glob.slice(0, glob.search(/[^/]*[*?{]/)).replace(/(?<=.)\/$/, "");
  const pattern = globPattern(glob);
  const names = await filesIn(folder === "" ? "." : folder);
  return names
    .map((name) => (folder === "" ? name.replace(/^\.\//, "") : name))
    .filter((name) => pattern.test(name));
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((): Dirent[] => []);
  const names = await Promise.all(
    entries
      .filter(({ name }) => !name.startsWith(".") && name !== "node_modules")
      .sort((one, other) => (one.name < other.name ? -1 : 1))
      .map(async (entry) => await namesBelow(entry, `${folder}/${entry.name}`)),
  );
  return names.flat();
}

// A symbolic link to a folder is not followed: it may lead back to where it stands.
async function namesBelow(entry: Dirent, path: string): Promise<string[]> {
  if (entry.isDirectory()) return await filesIn(path);
  if (entry.isFile()) return [path];
  const target = await stat(path).catch(() => undefined);
  return target?.isFile() ? [path] : [];
}
