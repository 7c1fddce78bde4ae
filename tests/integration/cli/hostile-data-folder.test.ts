import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { putMadeData } from "../../support/made-data.ts";
import { dataform, repository, runCommand } from "../../support/run-command.ts";
import { temporaryProject } from "../../support/temporary-project.ts";

/** A folder outside of the project that the server's account may enter. */
function outsideFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), "outside-"));
  chmodSync(folder, 0o755);
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A project with an empty `.dataform`, which the server's account may enter. */
function projectWithoutData() {
  const { folder } = temporaryProject({ "a.sqlx": 'config { type: "view" }\nselect 1 as a' });
  chmodSync(folder, 0o755);
  const own = path.join(folder, ".dataform");
  mkdirSync(own);
  return { folder, own, run: (...args: string[]) => dataform(args, { cwd: folder }) };
}

/** One whose server has been there before. */
async function projectWithData() {
  const project = projectWithoutData();
  putMadeData(project.own);
  if (!existsSync(path.join(project.own, "postgres"))) await project.run("query", "select 1");
  return project;
}

it("a link to a folder in which nothing of ours lies is not followed, and nothing is written there", async () => {
  const { own, run } = projectWithoutData();
  const outside = outsideFolder();
  symlinkSync(outside, path.join(own, "postgres"));
  const commands = [["plan"], ["query", "select 1"], ["db", "status"], ["db", "stop"]];
  for (const command of commands) {
    const { exitCode, stdout, stderr } = await run(...command);
    expect(exitCode, stderr).toBe(2);
    expect(stderr).toContain(".dataform/postgres is a link");
    expect(stdout + stderr).not.toContain(outside);
  }
  expect(readdirSync(outside)).toEqual([]);
});

it("the file that names the owner of data is not written through a link", async () => {
  const { folder, own, run } = projectWithoutData();
  const victim = path.join(outsideFolder(), "victim");
  writeFileSync(victim, "kept");
  mkdirSync(path.join(folder, "data"));
  symlinkSync(victim, path.join(folder, "data/dataform_owner"));
  symlinkSync("../data", path.join(own, "postgres"));
  const { exitCode, stderr } = await run("query", "select 1");
  expect({ exitCode, stderr }).toEqual({
    exitCode: 2,
    stderr: expect.stringContaining(".dataform/postgres is a link"),
  });
  expect(readFileSync(victim, "utf8")).toBe("kept");
});

it("the database of another project is not used, also by way of a link of that project", async () => {
  const shop = await projectWithData();
  const { own, run } = projectWithoutData();
  const ofShop = path.join(shop.own, "postgres");
  symlinkSync(ofShop, path.join(own, "postgres"));
  const direct = await run("query", "create table taken (id int)");
  expect(direct).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("is a link") });

  const elsewhere = path.join(outsideFolder(), "data");
  renameSync(ofShop, elsewhere);
  writeFileSync(path.join(elsewhere, "dataform_owner"), "/gone/.dataform");
  symlinkSync(elsewhere, ofShop);
  const byLink = await run("query", "create table taken (id int)");
  expect(byLink).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("is a link") });
  const sql = "select count(*) from pg_class where relname = 'taken'";
  const asked = await shop.run("query", "--format", "csv", sql);
  expect(asked, asked.stderr).toMatchObject({ exitCode: 0, stdout: "count\n0\n" });
  const owner = readFileSync(path.join(elsewhere, "dataform_owner"), "utf8");
  expect(owner).toBe(realpathSync(shop.own));
});

it("data that their user has moved are used, as docs/embedded.md says", async () => {
  const { folder, own, run } = await projectWithData();
  await run("query", "create table kept as select 7 as id");
  const page = readFileSync(path.join(repository, "docs/embedded.md"), "utf8");
  const [, commands = ""] = /```\n(mv \.dataform\/postgres [^`]*)```/.exec(page) ?? [];
  const elsewhere = path.join(outsideFolder(), "shop");
  const moved = commands.replaceAll("/mnt/disk/shop", elsewhere);
  const done = await runCommand("bash", ["-ec", moved], { cwd: folder });
  expect(done.exitCode, done.stderr).toBe(0);
  const { stdout, stderr } = await run("query", "--format", "csv", "select id from kept");
  expect(stdout, stderr).toBe("id\n7\n");
  expect(realpathSync(path.join(own, "postgres"))).toBe(realpathSync(elsewhere));
});

it("an upgrade starts no programs that lie in the project under the name of the package", async () => {
  const { folder, own, run } = projectWithoutData();
  const started = path.join(outsideFolder(), "started");
  const bin = path.join(folder, "postgres-15/native/bin");
  mkdirSync(bin, { recursive: true });
  writeFileSync(path.join(folder, "postgres-15/package.json"), '{ "version": "15.0.0" }');
  writeFileSync(path.join(bin, "postgres"), `#!/bin/sh\ntouch '${started}'\n`, { mode: 0o755 });
  mkdirSync(path.join(own, "postgres"));
  writeFileSync(path.join(own, "postgres/PG_VERSION"), "15\n");
  const { exitCode, stderr } = await run("db", "upgrade", "--yes");
  expect({ exitCode, stderr }).toEqual({
    exitCode: 2,
    stderr: expect.stringContaining("the programs of PostgreSQL 15, which made the data, are not"),
  });
  expect(existsSync(started)).toBe(false);
});

it("a server starts although its pid file is a link, and nothing is written through that", async () => {
  const { own, run } = await projectWithData();
  const victim = path.join(outsideFolder(), "victim");
  writeFileSync(victim, "kept\n");
  symlinkSync(victim, path.join(own, "postgres/postmaster.pid"));
  const { exitCode, stderr } = await run("query", "select 1");
  expect(exitCode, stderr).toBe(0);
  expect(readFileSync(victim, "utf8")).toBe("kept\n");
});
