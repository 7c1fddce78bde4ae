import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { parse } from "yaml";
import { workflowSteps } from "../../support/documented-commands.ts";
import { dataform, repository } from "../../support/run-command.ts";
import { runSteps } from "../../support/run-steps.ts";
import { temporaryProject } from "../../support/temporary-project.ts";
import { anyServer, createDatabase } from "../../support/test-database.ts";

const test = `config { type: "test", dataset: "orders" }\nselect 1 as id`;

/** A repository with a project in `data/shop`, in which orders was edited after the base. */
async function repositoryWithProject() {
  const workspace = realpathSync(mkdtempSync(join(tmpdir(), "dfpg-ci-")));
  onTestFinished(() => rmSync(workspace, { recursive: true, force: true }));
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@example.com", ...args], {
      cwd: workspace,
      encoding: "utf8",
    }).trim();
  git("init", "--quiet", "--initial-branch=main");
  const folder = join(workspace, "data/shop");
  const made = await dataform(["init", "--ci", "github", folder]);
  expect(made.exitCode, made.stderr).toBe(0);
  const write = (name: string, id: string) =>
    writeFileSync(
      join(folder, "definitions", name),
      `config {\n  type: "view"\n}\n\nselect\n  ${id} as id\n`,
    );
  write("orders.sqlx", "1");
  writeFileSync(join(folder, "definitions/orders_test.sqlx"), test);
  await dataform(["format", folder]);
  git("add", "--all");
  git("commit", "--quiet", "--message=base");
  const base = git("rev-parse", "HEAD");
  write("orders.sqlx", "2 - 1");
  git("commit", "--quiet", "--all", "--message=change");
  return { workspace, folder, env: { BASE: base, GITHUB_SHA: git("rev-parse", "HEAD") }, git };
}

async function emptyDatabase(): Promise<string> {
  const [server] = anyServer();
  if (!server) throw new Error("no test server");
  const { url, drop } = await createDatabase(server);
  onTestFinished(drop);
  return url;
}

const exitCodes = (finished: Awaited<ReturnType<typeof runSteps>>) =>
  Object.fromEntries(Object.entries(finished).map(([name, { exitCode }]) => [name, exitCode]));

it("writes workflows for GitHub and a pipeline for GitLab, of which every command works", async () => {
  const { workspace, folder, env, git } = await repositoryWithProject();
  const steps = (file: string) => workflowSteps(relative(repository, join(workspace, file)));
  const DATABASE_URL = await emptyDatabase();
  const options = { workspace, folder, env: { ...env, DATABASE_URL } };

  const checked = await runSteps(steps(".github/workflows/dataform-ci.yml"), options);
  expect(Object.values(exitCodes(checked)), JSON.stringify(checked)).toEqual([0, 0, 0, 0, 0, 0]);
  expect(checked["Test what has changed"]?.stdout).toContain("1 passed");
  expect(checked.Plan?.stdout).toContain("replace view");
  expect(checked.Plan?.stdout).not.toContain("first_view");
  expect(git("rev-parse", "HEAD")).toBe(env.GITHUB_SHA);
  expect(readFileSync(join(workspace, "target/summary.md"), "utf8")).toContain("## Plan");

  const nightly = await runSteps(steps(".github/workflows/dataform.yml"), options);
  expect(new Set(Object.values(exitCodes(nightly))), JSON.stringify(nightly)).toEqual(new Set([0]));
  expect(nightly.Run?.stdout).toContain("Run successful");

  expect((await dataform(["init", "--ci", "gitlab", folder])).exitCode).toBe(0);
  const pipeline = parse(readFileSync(join(workspace, ".gitlab-ci.yml"), "utf8"));
  const stepOf = (job: string) => {
    const lines = [...pipeline.default.before_script, ...pipeline[job].script];
    return { name: job, command: lines.join("\n"), env: {} };
  };
  const jobs = [stepOf("dataform-check"), stepOf("dataform-run")];
  const inGitlab = await runSteps(jobs, { workspace, env: options.env });
  expect(exitCodes(inGitlab), JSON.stringify(inGitlab)).toEqual({
    "dataform-check": 0,
    "dataform-run": 0,
  });
  for (const file of ["plan.md", "unit_tests.xml", "run_results.json"]) {
    expect(existsSync(join(folder, "target", file)), file).toBe(true);
  }
});

it("overwrites nothing, and writes into a project that is there only what CI needs", async () => {
  const { folder } = temporaryProject({ "a.sqlx": "select 1" });
  const init = (...args: string[]) => dataform(["init", "--ci", ...args, folder]);
  expect((await init("gitlab")).stdout).toMatch(
    /^written .*\.gitlab-ci\.yml\nnpm install .*commit it/,
  );
  expect(existsSync(join(folder, "package.json"))).toBe(false);
  expect((await init("gitlab")).stdout).toMatch(/^as it was .*\.gitlab-ci\.yml\n/);
  writeFileSync(join(folder, ".gitlab-ci.yml"), "mine");
  const refused = await init("gitlab");
  expect(refused.exitCode).toBe(2);
  expect(refused.stderr).toContain(".gitlab-ci.yml is there already and is not overwritten");
  expect(readFileSync(join(folder, ".gitlab-ci.yml"), "utf8")).toBe("mine");
  expect((await init("jenkins")).exitCode).toBe(2);
});

it("says how our command gets into a project whose lock does not have it", async () => {
  const { folder, write } = temporaryProject({ "a.sqlx": "select 1" });
  const init = async () => (await dataform(["init", "--ci", "github", folder])).stdout;
  const lock = (packages: object) => write("package-lock.json", JSON.stringify({ packages }));
  // As in a project of Dataform's own command.
  write("package.json", JSON.stringify({ dependencies: { "@dataform/cli": "3.0.0" } }));
  lock({ "": { dependencies: { "@dataform/cli": "3.0.0" } } });
  expect(await init()).toMatch(/^npm install \S+ .*commit it/m);
  lock({ "": { dependencies: { "dataform-postgres": "0.1.0" } } });
  expect(await init()).not.toContain("npm install");
});
