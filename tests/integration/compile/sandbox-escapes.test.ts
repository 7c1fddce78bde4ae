import { execFileSync } from "node:child_process";
import { readFileSync, rmSync, symlinkSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { repository, runCommand } from "../../support/run-command.ts";
import { temporaryProject } from "../../support/temporary-project.ts";

/** This Node, and others by the paths in TEST_NODE_BINARIES, separated by colons. */
const nodes = [process.execPath, ...(process.env.TEST_NODE_BINARIES?.split(":") ?? [])];

const attacks = readFileSync(path.join(repository, "tests/fixtures/attacks.js"), "utf8");

// Every attempt of the list in one compilation; what got somewhere is in the query of an action.
const code = `
const { attempts } = require("includes/attacks");
const place = require("path").dirname(__dirname);
const got = {};
for (const [name, attempt] of Object.entries(attempts({ require, module, place }))) {
  try {
    const found = attempt();
    if (found !== undefined && found !== null && found !== false) got[name] = typeof found;
  } catch {}
}
publish("got").query("select '" + JSON.stringify(got) + "'");
publish("tried").query("select " + Object.keys(attempts({ require, module, place })).length);
publish("kept").query("select " + require("kept").one);
`;

/** A project with everything in it that its code must not read. */
function temptingProject(): string {
  const { folder: outside } = temporaryProject({ "outside.json": '{ "secret": true }' });
  const secrets = [
    "./.env",
    "./.npmrc",
    "./.df-credentials.json",
    ".git/config",
    ".dataform/last-run.jsonl",
  ];
  const { folder } = temporaryProject({
    ...Object.fromEntries(secrets.map((file) => [file, "secret"])),
    "target/run_results.json": "{}",
    "definitions/.env": "secret",
    "node_modules/.package-lock.json": "{}",
    "node_modules/kept/.env": "secret",
    "node_modules/kept/index.js": "module.exports = { one: 1 };",
    "node_modules/main-there/package.json": '{ "main": "out/etc/passwd" }',
    "node_modules/main-there/index.js": "",
    "node_modules/main-missing/package.json": '{ "main": "out/etc/no-passwd" }',
    "node_modules/main-missing/index.js": "",
    "includes/attacks.js": attacks,
    "definitions/a.js": code,
  });
  const links = {
    "linked-folder": outside,
    proc: "/proc",
    "hidden-link.txt": "./.env",
    "env-folder": ".git",
    root: "/",
    "dangling.txt": path.join(outside, "none.txt"),
    "node_modules/root": "/",
    "node_modules/dangling.json": path.join(outside, "none.json"),
    "node_modules/main-there/out": "/",
    "node_modules/main-missing/out": "/",
  };
  for (const [name, target] of Object.entries(links)) symlinkSync(target, path.join(folder, name));
  symlinkSync(path.join(outside, "outside.json"), path.join(folder, "linked.json"));
  symlinkSync(path.join(outside, "outside.json"), path.join(folder, "linked.txt"));
  symlinkSync(outside, path.join(folder, "node_modules/linked"));
  symlinkSync(path.join(outside, "outside.json"), path.join(folder, "node_modules/linked.json"));
  rmSync(path.join(folder, "fifo"), { force: true });
  if (process.platform !== "win32") execFileSync("mkfifo", [path.join(folder, "fifo")]);
  return folder;
}

it.each(nodes)("no attempt of a project's code gets out of its realm, with %s", async (node) => {
  const folder = temptingProject();
  const args = [path.join(repository, "bin/dataform.js"), "compile", folder, "--json"];
  const { exitCode, stdout, stderr } = await runCommand(node, args);
  expect({ exitCode, stderr: exitCode === 0 ? "" : stderr }).toEqual({ exitCode: 0, stderr: "" });
  const queries = (JSON.parse(stdout).tables as { query: string }[]).map(({ query }) =>
    query.trim(),
  );
  expect(queries[0]).toBe("select '{}'");
  expect(Number(queries[1]?.slice("select ".length))).toBeGreaterThan(400);
  expect(queries[2]).toBe("select 1");
});
