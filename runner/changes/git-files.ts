import { spawn } from "node:child_process";
import { lstatSync } from "node:fs";
import { join } from "node:path";
import { buffer, text } from "node:stream/consumers";
import { RunnerError } from "../errors.ts";
import { isProjectPath } from "../read-project-file.ts";

/** The files of a project that were otherwise at an earlier commit. */
export interface EarlierFiles {
  /** The commit that they are compared with. */
  commit: string;
  /** Text at that commit of the files that have changed or are gone since, by path in the project. */
  texts: Record<string, string>;
  /** Files that were not there yet. */
  added: ReadonlySet<string>;
  /** Folders that have changed and are repositories of their own: git does not say what they held. */
  unknown: readonly string[];
}

/**
 * Reads what the files of a project were at the commit where this branch left `ref`; files that git does
 * not know count, ignored ones do not. Throws USAGE where there is no git, no repository or no such
 * commit, and tells what to do in a shallow clone.
 */
export async function readEarlierFiles(projectDir: string, ref: string): Promise<EarlierFiles> {
  const git = (args: string[], input = "") => runGit(projectDir, args, input);
  const prefix = (await git(["rev-parse", "--show-prefix"])).toString().replace(/\n$/, "");
  const commit = await commonCommit(git, ref);
  const changed = namesIn(
    await git(["diff", "--name-only", "-z", "--no-renames", "--no-ext-diff", "--relative", commit]),
  );
  const unknown = namesIn(await git(["ls-files", "--others", "--exclude-standard", "-z"]));
  const names = [...new Set([...changed, ...unknown])].filter(isReadByCompiler);
  const asked = names.map((name) => `${commit}:${prefix}${name}\n`).join("");
  const blobs = blobsIn(await git(["cat-file", "--batch"], asked), names);
  const isNew = (name: string) => !blobs.has(name);
  const isFolder = (name: string) =>
    lstatSync(join(projectDir, name), { throwIfNoEntry: false })?.isDirectory() === true;
  return {
    commit,
    texts: Object.fromEntries(blobs),
    added: new Set(names.filter(isNew)),
    unknown: names.filter((name) => isOfCode(name) && isNew(name) && isFolder(name)),
  };
}

type Git = (args: string[], input?: string) => Promise<Buffer>;

/** `main` may have moved on since the branch began: its newer changes are none of ours. */
async function commonCommit(git: Git, ref: string): Promise<string> {
  const find = async (...args: string[]) =>
    (await git(args).catch(() => undefined))?.toString().trim() || undefined;
  const commit = ref.startsWith("-")
    ? undefined
    : await find("rev-parse", "--verify", "--quiet", `${ref}^{commit}`);
  const base = commit && (await find("merge-base", commit, "HEAD"));
  if (base) return base;
  const isShallow = (await find("rev-parse", "--is-shallow-repository")) === "true";
  const what = commit
    ? `"${ref}" and HEAD have no commit in common`
    : `git knows no commit "${ref}"`;
  throw new RunnerError(
    "USAGE",
    `--changed-since: ${what}${isShallow ? " in this shallow clone" : ""}`,
    {
      hint: isShallow
        ? "fetch the history: git fetch --unshallow; fetch-depth: 0 of actions/checkout; GIT_DEPTH: 0 in GitLab"
        : "name a branch, tag or commit: --changed-since origin/main (git fetch origin main brings it)",
    },
  );
}

function namesIn(output: Buffer): string[] {
  return output
    .toString()
    .split("\0")
    .filter((name) => name !== "");
}

// What git asks for line by line cannot hold a line break.
function isReadByCompiler(name: string): boolean {
  return isProjectPath(name) && !name.includes("\n");
}

function isOfCode(name: string): boolean {
  return /^(?:definitions|includes|unit_tests)(?:\/|$)/.test(name);
}

/** Reads the answer of `git cat-file --batch`: a head, the bytes and a line break for each name. */
function blobsIn(output: Buffer, names: readonly string[]): Map<string, string> {
  const blobs = new Map<string, string>();
  let place = 0;
  for (const name of names) {
    const end = output.indexOf("\n", place);
    const [, kind, size] = /^\S+ (\w+) (\d+)$/.exec(output.toString("utf8", place, end)) ?? [];
    place = end + 1;
    if (size === undefined) continue;
    if (kind === "blob") blobs.set(name, output.toString("utf8", place, place + Number(size)));
    place += Number(size) + 1;
  }
  return blobs;
}

/**
 * Nothing that the settings of a repository name is started. A folder that only looks like a repository, as
 * any commit can hold one, is none.
 */
const withoutPrograms = settingsFor({
  "core.fsmonitor": "false",
  "core.hooksPath": "/dev/null",
  "safe.bareRepository": "explicit",
});

function settingsFor(settings: Readonly<Record<string, string>>): string[] {
  return Object.entries(settings).flatMap(([key, value]) => ["-c", `${key}=${value}`]);
}

async function runGit(folder: string, args: readonly string[], input: string): Promise<Buffer> {
  const child = spawn("git", [...withoutPrograms, ...args], { cwd: folder });
  const failed = new Promise<never>((_, reject) => child.once("error", reject));
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  child.stdin.on("error", () => undefined).end(input);
  try {
    const read = Promise.all([buffer(child.stdout), text(child.stderr), ended]);
    const [output, errors, exitCode] = await Promise.race([read, failed]);
    if (exitCode === 0) return output;
    throw new Error(errors.trim() || `git ${args[0]} failed`);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const what = code === "ENOENT" ? "git is not installed" : message;
    throw new RunnerError("USAGE", `--changed-since asks git what has changed: ${what}`, {
      hint: "run it in the folder of a project that is in a git repository, with git installed",
      cause: error,
    });
  }
}
