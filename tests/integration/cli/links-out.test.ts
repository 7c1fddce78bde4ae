import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { formatProject } from "../../../runner/format/format-project.ts";
import { dataform } from "../../support/run-command.ts";
import { temporaryProject } from "../../support/temporary-project.ts";
import { createDatabase, servers } from "../../support/test-database.ts";

/** A folder outside of the project, which no command may change. */
function outsideFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), "outside-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function databaseUrl(): Promise<string> {
  const [server] = servers();
  if (server === undefined) throw new Error("there is no server");
  const { url, drop } = await createDatabase(server);
  onTestFinished(drop);
  return url;
}

it("a run replaces links of its reports and writes nothing through them", async () => {
  const outside = outsideFolder();
  const { folder, write } = temporaryProject({
    "a.sqlx": 'config { type: "view" }\nselect 1 as a',
  });
  const victims = ["target/run_results.json", "target/assertions.xml", "target/run_state.jsonl"];
  for (const [index, file] of victims.entries()) {
    const victim = path.join(outside, `${index}`);
    write(`victim-${index}.json`, "");
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    symlinkSync(victim, path.join(folder, file));
  }
  const summary = path.join(folder, "target/summary.md");
  symlinkSync(path.join(outside, "summary"), summary);
  const env = { DATABASE_URL: await databaseUrl() };
  const { exitCode } = await dataform(["run", folder], { env });
  expect(exitCode).toBe(0);
  expect(lstatSync(path.join(folder, "target/run_results.json")).isFile()).toBe(true);
  const refused = await dataform(["run", folder, "--summary", summary], { env });
  expect(refused).toMatchObject({ exitCode: 2, stderr: expect.stringContaining(summary) });
  expect(["0", "1", "2", "summary"].filter((name) => existsSync(path.join(outside, name)))).toEqual(
    [],
  );
});

it("a folder of reports that is a link out of the project is refused by name", async () => {
  const outside = outsideFolder();
  const { folder } = temporaryProject({ "a.sqlx": 'config { type: "view" }\nselect 1 as a' });
  symlinkSync(outside, path.join(folder, "target"));
  const { exitCode, stderr } = await dataform(["run", folder], {
    env: { DATABASE_URL: await databaseUrl() },
  });
  expect({ exitCode, stderr }).toEqual({
    exitCode: 2,
    stderr: expect.stringContaining("target is a link that leads out of the project"),
  });
  expect(existsSync(path.join(outside, "run_results.json"))).toBe(false);
});

it("init and format write through no link out of the project", async () => {
  const outside = outsideFolder();
  const folder = path.join(outsideFolder(), "new");
  mkdirSync(folder);
  symlinkSync(path.join(outside, "ignored"), path.join(folder, ".gitignore"));
  expect((await dataform(["init", folder])).exitCode).toBe(0);
  expect(existsSync(path.join(outside, "ignored"))).toBe(false);
  const linked = outsideFolder();
  symlinkSync(outside, path.join(folder, ".github"));
  symlinkSync(outside, path.join(linked, "definitions"));
  for (const args of [["--ci", "github", folder], [linked]]) {
    const { exitCode, stderr } = await dataform(["init", ...args]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain("is a link that leads out of the project");
  }
  expect(readdirSync(outside)).toEqual([]);

  const { folder: project, write } = temporaryProject({ "shared/a.sqlx": "select 1   as a" });
  write("definitions/kept.js", "");
  symlinkSync("../shared/a.sqlx", path.join(project, "definitions/a.sqlx"));
  await formatProject({ projectDir: project, paths: [], withJavaScript: false, write: true });
  expect(lstatSync(path.join(project, "definitions/a.sqlx")).isSymbolicLink()).toBe(true);
  expect(readFileSync(path.join(project, "shared/a.sqlx"), "utf8")).not.toContain("   ");
});

it("the embedded server's log is for its owner alone", async () => {
  const { folder } = temporaryProject({ "a.sqlx": 'config { type: "view" }\nselect 1 as a' });
  const { exitCode } = await dataform(["run", folder]);
  expect(exitCode).toBe(0);
  expect(statSync(path.join(folder, ".dataform/postgres.log")).mode & 0o777).toBe(0o600);
});
