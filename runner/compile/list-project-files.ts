import { readdirSync, realpathSync } from "node:fs";
import path from "node:path";
import { RunnerError } from "../errors.ts";

/**
 * Takes a project folder (a real path) and returns its files, relative to it and sorted; hidden
 * ones, `node_modules` and the folder `target` are left out. Links to folders are not followed. Throws when
 * something in `definitions` or `includes` is a link that leads out of the project.
 */
export function listProjectFiles(projectDir: string): string[] {
  const files: string[] = [];
  const folders = [""];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of entriesOf(projectDir, folder)) {
      if (entry.isFolder) folders.push(entry.file);
      else files.push(entry.file);
    }
  }
  return files.sort();
}

function entriesOf(projectDir: string, folder: string) {
  return readdirSync(path.join(projectDir, folder), { withFileTypes: true })
    .map((entry) => ({
      entry,
      file: folder === "" ? entry.name : `${folder}/${entry.name}`,
      isFolder: entry.isDirectory(),
    }))
    .filter(({ entry, file }) => !isLeftOut(entry.name, file))
    .filter(({ entry, file }) => !entry.isSymbolicLink() || isLinkToProjectFile(projectDir, file));
}

function isLeftOut(name: string, file: string): boolean {
  return name.startsWith(".") || name === "node_modules" || file === "target";
}

function isLinkToProjectFile(projectDir: string, file: string): boolean {
  const real = realPath(path.join(projectDir, file));
  const isInside = real?.startsWith(projectDir + path.sep) ?? false;
  if (!isInside && /^(definitions|includes)(\/|$)/.test(file)) {
    const where = real === undefined ? "to nothing" : "out of the project folder";
    throw new RunnerError("COMPILATION_FAILED", `${file}: this link leads ${where}.`, {
      hint: "Only files in the project folder are read: copy the file, or publish it as an npm package.",
    });
  }
  return isInside;
}

function realPath(file: string): string | undefined {
  try {
    return realpathSync(file);
  } catch {
    return undefined;
  }
}
