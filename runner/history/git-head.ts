import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

/** The commit and the branch that are checked out in a folder. */
export interface GitHead {
  commit?: string | undefined;
  branch?: string | undefined;
}

/**
 * Reads the commit and branch that are checked out in a folder or one above it from git's own files, so
 * that no program of the project is started. Returns an empty object when there are none or they cannot
 * be read.
 */
export function readGitHead(folder: string): GitHead {
  try {
    const git = findGit(folder);
    return git === undefined ? {} : headOf(git);
  } catch {
    return {};
  }
}

function findGit(folder: string): string | undefined {
  const place = join(folder, ".git");
  if (existsSync(place)) {
    if (statSync(place).isDirectory()) return place;
    // In a worktree and in a submodule `.git` is a file with the path of the folder.
    const [, elsewhere] = /^gitdir: (.+)$/m.exec(readFileSync(place, "utf8")) ?? [];
    return elsewhere === undefined ? undefined : resolve(folder, elsewhere);
  }
  return dirname(folder) === folder ? undefined : findGit(dirname(folder));
}

function headOf(git: string): GitHead {
  const head = readFileSync(join(git, "HEAD"), "utf8").trim();
  const [, ref] = /^ref: (refs\/[^\s]+)$/.exec(head) ?? [];
  if (ref === undefined) return { commit: commitIn(head) };
  const common = join(git, "commondir");
  const shared = existsSync(common) ? resolve(git, readFileSync(common, "utf8").trim()) : git;
  return { commit: commitOf(ref, shared), branch: ref.replace(/^refs\/heads\//, "") };
}

function commitOf(ref: string, git: string): string | undefined {
  const loose = join(git, ref);
  if (existsSync(loose)) return commitIn(readFileSync(loose, "utf8").trim());
  const packed = join(git, "packed-refs");
  if (!existsSync(packed)) return undefined;
  const line = readFileSync(packed, "utf8")
    .split("\n")
    .find((each) => each.endsWith(` ${ref}`));
  return commitIn(line?.split(" ")[0] ?? "");
}

function commitIn(text: string): string | undefined {
  return /^[0-9a-f]{40,64}$/.test(text) ? text : undefined;
}
