import { randomUUID } from "node:crypto";
import { mkdirSync, realpathSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, isAbsolute, join, relative, resolve } from "node:path";
import { RunnerError } from "./errors.ts";

/**
 * Puts a text in the place of a file of ours, whole, readable by its owner only. A link of that name
 * is replaced; what it leads to stays as it is.
 */
export function replaceOwnFile(path: string, text: string): void {
  const stage = join(dirname(path), `.${randomUUID()}.tmp`);
  try {
    writeFileSync(stage, text, { flag: "wx", mode: 0o600 });
    renameSync(stage, path);
  } finally {
    rmSync(stage, { force: true });
  }
}

/**
 * Makes a folder, and throws USAGE when it lies in `projectDir` by its name and outside of it by a
 * link: whoever wrote the project must not choose what is written elsewhere.
 */
export function makeOwnFolder(folder: string, projectDir: string): void {
  const inside = relative(resolve(projectDir), resolve(folder));
  const isOurs = !inside.startsWith("..") && !isAbsolute(inside);
  const link = isOurs ? linkOutOf(projectDir, inside) : undefined;
  if (link !== undefined) {
    throw new RunnerError(
      "USAGE",
      `${join(projectDir, link)} is a link that leads out of the project`,
      {
        hint: "remove the link; nothing is written through it",
      },
    );
  }
  mkdirSync(folder, { recursive: true });
}

/** The first part of a path that really lies outside; what is not there yet lies inside. */
function linkOutOf(projectDir: string, inside: string): string | undefined {
  const root = realPath(projectDir);
  if (root === undefined) return undefined;
  const parts = inside.split(/[/\\]/).filter(Boolean);
  const folders = parts.map((_, index) => parts.slice(0, index + 1).join("/"));
  return folders.find((folder) => {
    const real = realPath(join(projectDir, folder));
    const found = real === undefined ? "" : relative(root, real);
    return found.startsWith("..") || isAbsolute(found);
  });
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}
