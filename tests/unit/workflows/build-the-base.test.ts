import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { parse } from "yaml";
import { ciFiles } from "../../../runner/init/write-ci-files.ts";
import { repository } from "../../support/run-command.ts";

const own = readFileSync(`${repository}/.github/workflows/ci.yml`, "utf8");
const written = ciFiles("github", ".")[".github/workflows/dataform-ci.yml"] ?? "";

/** The command of the step that builds the base of a pull request. */
function commandIn(workflow: string): string {
  const jobs: { steps: { name?: string; run?: string }[] }[] = Object.values(parse(workflow).jobs);
  const steps = jobs.flatMap((job) => job.steps);
  return steps.find(({ name }) => name?.startsWith("Build the base"))?.run ?? "";
}

/** A repository with a base and a head, and programs that install and run nothing; gives their commits. */
function pullRequest(npx: string) {
  const folder = mkdtempSync(join(tmpdir(), "dfpg-base-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const programs = join(folder, "programs");
  mkdirSync(programs);
  for (const [name, text] of Object.entries({ npm: "exit 0", npx })) {
    writeFileSync(join(programs, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  }
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@example.com", ...args], {
      cwd: folder,
      encoding: "utf8",
    }).trim();
  git("init", "--quiet");
  const commits = ["base", "head"].map((text) => {
    writeFileSync(join(folder, "model"), text);
    git("add", "model");
    git("commit", "--quiet", `--message=${text}`);
    return git("rev-parse", "HEAD");
  });
  const [BASE, GITHUB_SHA] = commits;
  const PATH = `${programs}:${process.env.PATH}`;
  return { folder, head: () => git("rev-parse", "HEAD"), env: { PATH, BASE, GITHUB_SHA } };
}

const workflows = [
  ["this repository", own],
  ["dataform init --ci github", written],
] as const;

it.each(workflows)("comes back from the base in the workflow of %s", (_, workflow) => {
  for (const [npx, status] of [
    ["exit 0", 0],
    ["exit 3", 3],
  ] as const) {
    const { folder, head, env } = pullRequest(npx);
    const ran = spawnSync("bash", ["-e", "-c", commandIn(workflow)], { cwd: folder, env });
    expect([ran.status, head()]).toEqual([status, env.GITHUB_SHA]);
  }
});

// The plan that follows would compare the base with itself, and find nothing to do.
it.each(workflows)("fails when it cannot come back in the workflow of %s", (_, workflow) => {
  const { folder, head, env } = pullRequest("echo changed by a run > model");
  const ran = spawnSync("bash", ["-e", "-c", commandIn(workflow)], { cwd: folder, env });
  expect(head()).toBe(env.BASE);
  expect(ran.status).toBe(1);
});
