import { execFileSync } from "node:child_process";
import { appendFileSync, cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { workflowSteps } from "../support/documented-commands.ts";
import { freshClone } from "../support/fresh-clone.ts";
import { dataform, repository } from "../support/run-command.ts";
import { runSteps } from "../support/run-steps.ts";

/** A clone with an embedded server of its own. */
function cloneForTest(): string {
  const { folder, remove } = freshClone();
  onTestFinished(async () => {
    await dataform(["db", "stop"], { cwd: folder });
    remove();
  });
  return folder;
}

const failures = (finished: Awaited<ReturnType<typeof runSteps>>) =>
  Object.entries(finished).filter(([, { exitCode }]) => exitCode !== 0);

it("runs every night on what results/ holds, audits and reports, and makes up nothing unless asked", async () => {
  const workspace = cloneForTest();
  mkdirSync(join(workspace, "results"));
  cpSync(
    join(repository, "tests/fixtures/ingest/canonical/results.ndjson"),
    join(workspace, "results/results.ndjson"),
  );
  const steps = workflowSteps(".github/workflows/pipeline.yml");
  const made = steps.filter(({ command }) => command.startsWith("npm start"));
  const stop = steps.filter(({ command }) => command.endsWith("db stop"));
  const others = steps.filter((step) => ![...made, ...stop].includes(step));
  expect(failures(await runSteps(others, { workspace }))).toEqual([]);
  const summary = readFileSync(join(workspace, "target/summary.md"), "utf8");
  expect(summary).toContain("stg_resiliency_tests");
  expect(readFileSync(join(workspace, "target/run_results.json"), "utf8")).toContain(
    '"successful"',
  );
  expect(readFileSync(join(workspace, "target/report/index.html"), "utf8")).toContain("<html");
  const { stdout } = await dataform(["query", "--format", "csv", countRows], { cwd: workspace });
  expect(stdout).toMatch(/^real,made_up\n[1-9]\d*,0\n$/);
  expect(Object.values(await runSteps(stop, { workspace }))).toMatchObject([{ exitCode: 0 }]);
  expect(await startedWith(made, workspace, { FROM: "", TO: "" })).toBe("<start> <-->\n");
  expect(await startedWith(made, workspace, { FROM: "2026-03-01", TO: "2026-03-03 x" })).toBe(
    "<start> <--> <--from> <2026-03-01> <--to> <2026-03-03 x>\n",
  );
});

/** The arguments with which steps start npm. What `npm start` makes of them: commands.test.ts. */
async function startedWith(
  steps: Parameters<typeof runSteps>[0],
  workspace: string,
  env: Record<string, string>,
): Promise<string | undefined> {
  const folder = join(workspace, "target/printing");
  mkdirSync(folder, { recursive: true });
  const print = `#!/bin/sh\nprintf '<%s>' "$1"; shift; printf ' <%s>' "$@"; echo\n`;
  writeFileSync(join(folder, "npm"), print, { mode: 0o755 });
  const PATH = `${folder}:${process.env.PATH}`;
  const [finished] = Object.values(await runSteps(steps, { workspace, env: { ...env, PATH } }));
  return finished?.stdout;
}

const countRows = `select count(*) filter (where not is_synthetic) as real,
  count(*) filter (where is_synthetic) as made_up
  from resiliency.raw_resiliency_tests`;

it("checks what a pull request changes, and shows the plan against its base", async () => {
  const workspace = cloneForTest();
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@example.com", ...args], {
      cwd: workspace,
      encoding: "utf8",
    }).trim();
  // The installed packages are a link here, which the line `node_modules/` does not ignore.
  appendFileSync(join(workspace, ".gitignore"), "node_modules\n");
  git("init", "--quiet", "--initial-branch=main");
  git("add", "--all");
  git("commit", "--quiet", "--message=base");
  const file = join(workspace, "definitions/reports/daily_uptime.sqlx");
  const base = git("rev-parse", "HEAD");
  const edited = readFileSync(file, "utf8").replace("\nselect\n", "\nselect\n  1 as one_more,\n");
  writeFileSync(file, edited);
  git("commit", "--quiet", "--all", "--message=change");
  const steps = workflowSteps(".github/workflows/ci.yml").filter(
    ({ command }) => !/^npm (run check|test)$/.test(command),
  );
  const env = { BASE: base, GITHUB_SHA: git("rev-parse", "HEAD") };
  const finished = await runSteps(steps, { workspace, env });
  expect(failures(finished)).toEqual([]);
  expect(git("rev-parse", "HEAD")).toBe(env.GITHUB_SHA);
  const summary = readFileSync(join(workspace, "target/summary.md"), "utf8");
  expect(summary).toContain("## Plan");
  expect(summary).toContain("one_more");
  expect(summary).not.toContain("stg_resiliency_tests");
});
