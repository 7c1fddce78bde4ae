import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { readGitHead } from "../../../runner/history/git-head.ts";

const commit = "a".repeat(40);
const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function folderWith(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), "dfpg-git-"));
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

describe("the commit of a project", () => {
  it.each([
    [
      "a branch",
      { ".git/HEAD": "ref: refs/heads/a/b\n", ".git/refs/heads/a/b": `${commit}\n` },
      "a/b",
    ],
    [
      "a packed branch",
      {
        ".git/HEAD": "ref: refs/heads/main\n",
        ".git/packed-refs": `# pack-refs\n${commit} refs/heads/main\n`,
      },
      "main",
    ],
    ["no branch", { ".git/HEAD": `${commit}\n` }, undefined],
    [
      "a worktree",
      {
        ".git": "gitdir: elsewhere/worktrees/w\n",
        "elsewhere/worktrees/w/HEAD": "ref: refs/heads/main\n",
        "elsewhere/worktrees/w/commondir": "../..\n",
        "elsewhere/refs/heads/main": `${commit}\n`,
      },
      "main",
    ],
  ])("is read on %s, from a folder below too", (_, files, branch) => {
    const folder = folderWith({ ...files, "below/it": "" });
    expect(readGitHead(folder)).toEqual({ commit, ...(branch && { branch }) });
    expect(readGitHead(join(folder, "below"))).toEqual(readGitHead(folder));
  });

  it("is not known where there is none, or something else stands there", () => {
    expect(readGitHead(folderWith({ ".git/HEAD": "ref: refs/heads/new\n" }))).toEqual({
      commit: undefined,
      branch: "new",
    });
    expect(readGitHead(folderWith({ ".git": "nonsense" }))).not.toHaveProperty("branch");
    expect(readGitHead(folderWith({ ".git/HEAD": "some secret" }))).toEqual({ commit: undefined });
  });
});
