import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { dataform } from "../../support/run-command.ts";
import { temporaryProject } from "../../support/temporary-project.ts";
import { anyServer, createDatabase } from "../../support/test-database.ts";

const test = (name: string, rows: string) =>
  `config { type: "test", dataset: "${name}" }\n${rows}\nselect 1 as id`;

/** A project whose files are committed on main, and an empty database until the test ends. */
async function committedProject(files: Record<string, string>) {
  const { folder, write } = temporaryProject({ ...files, ".gitignore": "target/\n" });
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@example.com", ...args], {
      cwd: folder,
    });
  git("init", "--quiet", "--initial-branch=main");
  git("add", "--all");
  git("commit", "--quiet", "--message=first");
  const [server] = anyServer();
  if (!server) throw new Error("no test server");
  const { url, drop } = await createDatabase(server);
  onTestFinished(drop);
  return { folder, write, url };
}

it("continues a run of what a branch changes with what has changed since", async () => {
  const table = (query: string) => `config { type: "table" }\n${query}`;
  const files = { "a.sqlx": table("select 1 as id"), "c.sqlx": table("select 1 as id") };
  const { folder, write, url } = await committedProject(files);
  const run = (...flags: string[]) =>
    dataform(["run", ...flags], { cwd: folder, env: { DATABASE_URL: url } });
  expect((await run()).exitCode).toBe(0);
  write("a.sqlx", table("select 1 / 0 as id"));
  const failed = await run("--changed-since", "main");
  expect(failed.exitCode).toBe(1);
  expect(failed.stdout).not.toContain("shop.c");
  // It is what it was on main again, and what the run had begun.
  write("a.sqlx", files["a.sqlx"]);
  write("c.sqlx", table("select 2 as id"));
  const continued = await run("--resume");
  expect(continued.exitCode, continued.stderr).toBe(0);
  expect(continued.stdout).toContain("shop.a");
  expect(continued.stdout).toContain("shop.c");
});

it("plans, runs and tests what a branch changes, and tells a pull request what would fail", async () => {
  const { folder, write, url } = await committedProject({
    "a.sqlx": `config { type: "table" }\nselect 1 as id`,
    "b.sqlx": `config { type: "view" }\nselect * from \${ref("a")}`,
    "c.sqlx": `config { type: "view" }\nselect 1 as id`,
    "a_test.sqlx": test("a", ""),
    "c_test.sqlx": test("c", ""),
  });
  const summary = join(folder, "target/summary.md");
  const env = {
    ...{ DATABASE_URL: url, GITHUB_ACTIONS: "true", GITHUB_WORKSPACE: folder },
    GITHUB_STEP_SUMMARY: summary,
  };
  const run = (...args: string[]) => dataform(args, { cwd: folder, env });
  expect((await run("run")).exitCode).toBe(0);

  const nothing = await run("plan", "--changed-since", "main");
  expect(nothing).toMatchObject({ exitCode: 0, stdout: "nothing has changed since main\n" });
  const noTests = await run("test", "--changed-since", "main");
  expect(noTests).toMatchObject({ exitCode: 0, stdout: "" });
  expect(noTests.stderr).toContain("no unit test has changed since main");

  write("a.sqlx", `config { type: "table" }\nselect 2 as id, 'x' as word`);
  const plan = await run("plan", "--changed-since", "main", "--include-dependents");
  expect(plan.exitCode, plan.stderr).toBe(0);
  expect(plan.stdout).toMatch(/a\b.*\n[\s\S]*b\b/);
  expect(plan.stdout).toContain("word");
  expect(plan.stdout).not.toContain("shop.c");
  expect(readFileSync(summary, "utf8")).toMatch(/## Plan\n\n```text\n[\s\S]*word[\s\S]*```/);

  const ran = await run("run", "--changed-since", "main");
  expect(ran.exitCode, ran.stderr).toBe(0);
  expect(ran.stdout).toMatch(/shop\.a\b/);
  expect(ran.stdout).not.toContain("shop.c");

  const tested = await run("test", "--changed-since", "main");
  expect(tested.exitCode).toBe(1);
  expect(tested.stdout).toContain("a_test");
  expect(tested.stdout).not.toContain("c_test");
  expect(tested.stderr).toContain(
    '::error file=definitions/a_test.sqlx,line=1,title=Unit test "a_test" of shop.a failed::',
  );

  write("c.sqlx", `config { type: "view" }\n\nselect no_such_column`);
  const refused = await run("plan", "--changed-since", "main", "--actions", "c");
  expect(refused.exitCode).toBe(1);
  expect(refused.stderr).toContain(
    "::error file=definitions/c.sqlx,line=3,title=view shop.c would fail::",
  );
  write("c.sqlx", `config { type: "view" }\n\nselect \${no.thing}`);
  const broken = await run("compile");
  expect(broken.exitCode).toBe(1);
  expect(broken.stderr).toContain(
    "::error file=definitions/c.sqlx,line=3,title=Compilation failed::",
  );
});
