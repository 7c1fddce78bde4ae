import { type Dirent, readdirSync, statSync } from "node:fs";
import path from "node:path";
import { RunnerError } from "../errors.ts";
import { isProjectPath, type ProjectPlace, placeInProject } from "../read-project-file.ts";

/**
 * Takes a project folder (a real path) and returns its files, relative to it and sorted; hidden
 * ones, `node_modules` and the folder `target` are left out. A link to a file or folder of the
 * project is followed. Throws when something in `definitions`, `includes` or `unit_tests` is a link
 * that cannot be.
 */
export function listProjectFiles(projectDir: string): string[] {
  const files: string[] = [];
  const folders = [{ folder: "", within: [projectDir] }];
  for (let next = folders.pop(); next !== undefined; next = folders.pop()) {
    for (const { file, within } of entriesOf(projectDir, next.folder, next.within)) {
      if (within === undefined) files.push(file);
      else folders.push({ folder: file, within });
    }
  }
  return files.sort();
}

/** The entries of a folder; `within` holds the real paths of the folders above it. */
function entriesOf(projectDir: string, folder: string, within: string[]) {
  return readdirSync(path.join(projectDir, folder), { withFileTypes: true }).flatMap((entry) => {
    const file = folder === "" ? entry.name : `${folder}/${entry.name}`;
    const real = isProjectPath(file) ? realPlace(projectDir, file, entry, within) : undefined;
    if (real === undefined) return [];
    return [{ file, within: real.isFolder ? [...within, real.place] : undefined }];
  });
}

/**
 * The real path of a file or folder; undefined for other kinds of entries and for links that are
 * not needed.
 */
function realPlace(projectDir: string, file: string, entry: Dirent, within: readonly string[]) {
  if (!entry.isSymbolicLink()) {
    const place = path.join(within.at(-1) ?? projectDir, entry.name);
    return entry.isDirectory() || entry.isFile()
      ? { place, isFolder: entry.isDirectory() }
      : undefined;
  }
  const found = followed(projectDir, file);
  const problem = problemOf(projectDir, found, within);
  if ("real" in found && problem === undefined) {
    return { place: found.real, isFolder: statSync(found.real).isDirectory() };
  }
  if (!/^(definitions|includes|unit_tests)(\/|$)/.test(file)) return undefined;
  throw new RunnerError("COMPILATION_FAILED", `${file}: this link leads ${problem}.`, {
    hint: "Only files in the project folder are read: copy the file, or publish it as an npm package.",
  });
}

function problemOf(projectDir: string, found: ProjectPlace, within: readonly string[]) {
  if ("missing" in found) return "to nothing";
  if ("isOutside" in found) return "out of the project folder";
  const place = found.real;
  const holdsItself = within.some((folder) => `${folder}/`.startsWith(`${place}/`));
  if (holdsItself) return "to a folder that it lies in";
  const inside = path.relative(projectDir, place);
  return isProjectPath(inside) ? undefined : `to ${inside}, which is no file of the project's own`;
}

/** Nothing outside of the project is looked at: who wrote the link sees the message. */
function followed(projectDir: string, file: string): ProjectPlace {
  const isInside = (place: string) => `${place}/`.startsWith(`${projectDir}/`);
  try {
    return placeInProject(projectDir, path.join(projectDir, file), isInside);
  } catch {
    return { missing: true };
  }
}
