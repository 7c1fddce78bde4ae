import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { changedSince } from "../../../runner/changes/changed-since.ts";
import { RunnerError } from "../../../runner/errors.ts";
import { compileInWorker } from "../../support/compile-project.ts";
import { temporaryProject } from "../../support/temporary-project.ts";

const who = ["-c", "user.name=a", "-c", "user.email=a@example.com"];

function git(folder: string, ...args: string[]): void {
  execFileSync("git", [...who, ...args], { cwd: folder, stdio: "pipe" });
}

const test = (name: string, rows: string) =>
  `config { type: "test", dataset: "${name}" }\n${rows}\nselect 1 as id`;

const files = {
  "includes/words.js": "module.exports = { one: () => '1' };",
  "definitions/a.sqlx": `config { type: "table" }\nselect \${words.one()} as id`,
  "definitions/b.sqlx": `config { type: "view" }\nselect * from \${ref("a")}`,
  "definitions/gone.sqlx": `config { type: "view" }\nselect 1 as id`,
  "definitions/a_test.sqlx": test("a", ""),
  "definitions/b_test.sqlx": test("b", 'input "a" { select 1 as id }'),
};

/** A project in a subfolder of a repository, with all files committed on main. */
function committedProject() {
  const { folder, ...project } = temporaryProject(files);
  git(folder, "init", "--quiet", "--initial-branch=main");
  git(folder, "add", "--all");
  git(folder, "commit", "--quiet", "--message=first");
  return { folder, ...project };
}

async function changesIn(folder: string, ref = "main") {
  const options = { projectDir: folder, unitTests: true };
  const notices: string[] = [];
  const onNotice = (text: string) => void notices.push(text);
  const compiled = await compileInWorker(options);
  const changes = await changedSince(compiled, ref, { ...options, onNotice });
  const names = (keys: ReadonlySet<string>) => [...keys].map((key) => JSON.parse(key)[1]).sort();
  return { actions: names(changes.actions), unitTests: names(changes.unitTests), notices };
}

async function errorOf(folder: string, ref: string): Promise<RunnerError> {
  const error = await changesIn(folder, ref).catch((thrown) => thrown);
  if (error instanceof RunnerError) return error;
  throw new Error(`nothing was thrown: ${JSON.stringify(error)}`);
}

it("finds what compiles otherwise: edited, new, by an include, committed or not", async () => {
  const { folder, write, remove } = committedProject();
  const nothing = { actions: [], unitTests: [], notices: [] };
  git(folder, "checkout", "--quiet", "-b", "work");
  write("definitions/new.sqlx", `config { type: "view" }\nselect 2 as id`);
  write("includes/words.js", "module.exports = { one: () => '2 - 1' };");
  remove("definitions/gone.sqlx");
  const changed = await changesIn(folder);
  expect(changed.actions).toEqual(expect.arrayContaining(["a", "new"]));
  expect(changed.actions).not.toContain("gone");
  expect(changed.unitTests).toContain("a a_test");
  git(folder, "add", "--all");
  git(folder, "commit", "--quiet", "--message=second");
  expect(await changesIn(folder)).toEqual(changed);
  expect(await changesIn(folder, "HEAD")).toEqual(nothing);

  // A newer commit of main is no change of this branch.
  git(folder, "checkout", "--quiet", "main");
  write("definitions/theirs.sqlx", `config { type: "view" }\nselect 3 as id`);
  git(folder, "add", "--all");
  git(folder, "commit", "--quiet", "--message=theirs");
  git(folder, "checkout", "--quiet", "work");
  expect(await changesIn(folder)).toEqual(changed);
  git(folder, "checkout", "--quiet", "main");
  git(folder, "merge", "--quiet", "work");
  expect((await changesIn(folder, "HEAD^")).actions).toEqual(changed.actions);
});

it("finds a table whose variable in postgres.recomputeWhen has another value, which its SQL does not show", async () => {
  const { folder, write } = committedProject();
  const settings = (zone: string) =>
    JSON.stringify({ warehouse: "postgres", defaultSchema: "shop", vars: { zone } });
  write("dataform.json", settings("Europe/Berlin"));
  write(
    "definitions/days.sqlx",
    `config { type: "incremental", postgres: { follows: { a: ["id"] }, recomputeWhen: ["vars.zone"] } }
select id from \${ref("a")}`,
  );
  git(folder, "add", "--all");
  git(folder, "commit", "--quiet", "--message=zone");
  write("dataform.json", settings("UTC"));
  expect((await changesIn(folder)).actions).toEqual(["days"]);
});

it("finds what compiles otherwise by a new file that the code of the project reads", async () => {
  const { folder, write } = committedProject();
  const limit = `const { existsSync } = require("fs");
module.exports = { rows: () => (existsSync(__dirname + "/../data/limit.txt") ? "limit 1" : "") };`;
  write("includes/limit.js", limit);
  write("definitions/limited.sqlx", `config { type: "view" }\nselect 1 as id \${limit.rows()}`);
  git(folder, "add", "--all");
  git(folder, "commit", "--quiet", "--message=limit");
  expect((await changesIn(folder)).actions).toEqual([]);
  write("data/limit.txt", "1");
  expect((await changesIn(folder)).actions).toEqual(["limited"]);
});

it("takes all where a submodule has changed, of which git does not say what it held", async () => {
  const { folder: shared, ...source } = temporaryProject({
    "words.js": "exports.one = () => '1';",
  });
  git(shared, "init", "--quiet");
  git(shared, "add", "--all");
  git(shared, "commit", "--quiet", "--message=first");
  const { folder } = committedProject();
  git(
    folder,
    "-c",
    "protocol.file.allow=always",
    "submodule",
    "add",
    "--quiet",
    shared,
    "includes/own",
  );
  git(folder, "commit", "--quiet", "--message=submodule");
  expect((await changesIn(folder)).actions).toEqual([]);
  source.write("words.js", "exports.one = () => '2';");
  git(shared, "commit", "--quiet", "--all", "--message=second");
  git(join(folder, "includes/own"), "pull", "--quiet");
  const { actions, notices } = await changesIn(folder);
  expect(actions).toEqual(["a", "b", "gone"]);
  expect(notices).toEqual([
    "includes/own is a repository of its own and has changed: everything counts as changed",
  ]);
});

it("finds what links of the project lead to", async () => {
  const { folder, write } = committedProject();
  write("shared/linked.sqlx", `config { type: "view" }\nselect 1 as id`);
  write("shared/more/inside.sqlx", `config { type: "view" }\nselect 1 as id`);
  symlinkSync("../shared/linked.sqlx", join(folder, "definitions/linked.sqlx"));
  symlinkSync("../shared/more", join(folder, "definitions/more"));
  git(folder, "add", "--all");
  git(folder, "commit", "--quiet", "--message=links");
  expect((await changesIn(folder)).actions).toEqual([]);
  write("shared/linked.sqlx", `config { type: "view" }\nselect 2 as id`);
  write("shared/more/inside.sqlx", `config { type: "view" }\nselect 2 as id`);
  write("shared/more/new.sqlx", `config { type: "view" }\nselect 2 as id`);
  expect((await changesIn(folder)).actions).toEqual(["inside", "linked", "new"]);
});

it("looks at a project in a folder of the repository, at its tests, and takes all where the base did not compile", async () => {
  const { folder: repository } = temporaryProject({});
  const folder = join(repository, "data");
  git(repository, "init", "--quiet", "--initial-branch=main");
  const { folder: source } = temporaryProject(files);
  execFileSync("cp", ["-r", source, folder]);
  git(repository, "add", "--all");
  git(repository, "commit", "--quiet", "--message=first");
  writeFileSync(join(folder, "definitions/b_test.sqlx"), test("b", 'input "a" { select 2 as id }'));
  writeFileSync(join(repository, "README.md"), "outside");
  expect(await changesIn(folder)).toEqual({ actions: [], unitTests: ["b b_test"], notices: [] });

  writeFileSync(
    join(folder, "definitions/a.sqlx"),
    `config { type: "table" }\nselect \${no.thing}`,
  );
  git(repository, "commit", "--quiet", "--all", "--message=broken");
  writeFileSync(join(folder, "definitions/a.sqlx"), files["definitions/a.sqlx"]);
  const { actions, notices } = await changesIn(folder);
  expect(actions).toEqual(["a", "b", "gone"]);
  expect(notices).toEqual(["the project did not compile at main: everything counts as changed"]);
});

it("starts nothing that a folder names which only looks like a repository, as a commit can hold one", async () => {
  const { folder, write } = committedProject();
  const inside = join(folder, ".git");
  for (const part of readdirSync(inside)) renameSync(join(inside, part), join(folder, part));
  rmdirSync(inside);
  const started = join(folder, "started");
  write("./.gitattributes", "* filter=x\n");
  write(
    "./config",
    `[core]\n  bare = false\n  worktree = ${folder}\n[filter "x"]\n  clean = "touch ${started}; cat"\n`,
  );
  write("a.sqlx", 'config { type: "table" }\nselect 3 as id');
  const { message } = await changesIn(folder, "HEAD").catch((error) => error);
  expect(existsSync(started)).toBe(false);
  expect(message).toContain("cannot use bare repository");
});

it("says what to do without a repository, without the commit and in a shallow clone", async () => {
  const { folder: bare } = temporaryProject(files);
  expect((await errorOf(bare, "main")).message).toMatch(/asks git what has changed: .*not a git/);

  const { folder } = committedProject();
  const unknown = await errorOf(folder, "origin/main");
  expect(unknown.message).toBe('--changed-since: git knows no commit "origin/main"');
  expect(unknown.hint).toContain("git fetch origin main");
  expect((await errorOf(folder, "--output=x")).message).toContain("knows no commit");

  git(folder, "commit", "--quiet", "--allow-empty", "--message=second");
  const clone = mkdtempSync(join(tmpdir(), "dfpg-shallow-"));
  onTestFinished(() => rmSync(clone, { recursive: true, force: true }));
  git(clone, "clone", "--quiet", "--depth=1", `file://${folder}`, "here");
  const shallow = await errorOf(join(clone, "here"), "HEAD^");
  expect(shallow.message).toBe(
    '--changed-since: git knows no commit "HEAD^" in this shallow clone',
  );
  expect(shallow.hint).toContain("fetch-depth: 0");
});
