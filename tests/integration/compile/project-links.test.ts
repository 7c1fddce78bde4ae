import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { compileProject } from "../../support/compile-project.ts";
import { temporaryProject } from "../../support/temporary-project.ts";

const compile = async (folder: string) => {
  const { tables, graphErrors } = await compileProject({ projectDir: folder });
  return { files: tables?.map(({ fileName }) => fileName), graphErrors };
};

it("a link to a file or folder of the project is followed", async () => {
  const { folder } = temporaryProject({
    "shared/deep/a.js": 'publish("a").query("select 1")',
    "shared/b.sqlx": 'config { type: "view" }\nselect 2 as b',
    "definitions/kept.sqlx": 'config { type: "view" }\nselect 3 as c',
  });
  symlinkSync("../shared/deep", path.join(folder, "definitions/models"));
  symlinkSync("../shared/b.sqlx", path.join(folder, "definitions/b.sqlx"));
  expect(await compile(folder)).toEqual({
    files: ["definitions/models/a.js", "definitions/b.sqlx", "definitions/kept.sqlx"].sort(),
    graphErrors: {},
  });
});

it.each([
  ["its own folder", ".", "leads to a folder that it lies in"],
  ["the project", "..", "leads to a folder that it lies in"],
  ["a hidden file", "../.env", "leads to .env, which is no file of the project's own"],
  ["a hidden folder", "../.git", "leads to .git, which is no file of the project's own"],
  ["packages", "../node_modules", "leads to node_modules, which is no file of the project's own"],
  ["nothing", "../missing", "leads to nothing"],
  ["the system", "/proc", "leads out of the project folder"],
  ["what the system does not have", "/proc/none/such", "leads out of the project folder"],
])("a link to %s is refused by name", async (_what, target, says) => {
  const { folder } = temporaryProject({ "a.js": "", "./.env": "secret", ".git/config": "secret" });
  mkdirSync(path.join(folder, "node_modules"));
  symlinkSync(target, path.join(folder, "definitions/link"));
  await expect(compile(folder)).rejects.toMatchObject({
    code: "COMPILATION_FAILED",
    message: `definitions/link: this link ${says}.`,
  });
});

it("the code of a project learns by no error what is behind a link out of it", async () => {
  const ask = `
    const fs = require("fs");
    const said = (name) => {
      try {
        return fs.readFileSync(name, "utf8");
      } catch (error) {
        return (error.code + " " + error.message).replace(name, "FILE");
      }
    };
    const resolved = (id) => {
      try {
        return require(id);
      } catch (error) {
        return error.message.replace(id, "ID");
      }
    };
    const names = ["out/etc/passwd", "out/etc/no-passwd", "here/etc/passwd", "hidden/.none"];
    const all = names.map(said).concat(["p/etc/passwd", "p/etc/no-passwd"].map(resolved));
    publish("told").query(all.join("\\n"));`;
  const { folder } = temporaryProject({ "a.js": ask, "node_modules/kept/index.js": "" });
  const links = { out: "/", here: "/proc/self/cwd", hidden: ".git", "node_modules/p": "/" };
  for (const [name, target] of Object.entries(links)) symlinkSync(target, path.join(folder, name));
  const { tables } = await compileProject({ projectDir: folder });
  const refused =
    'ERR_ACCESS_DENIED The project\'s code may read files of the project, but not others, write none and start nothing: "FILE"';
  const outside =
    'The package "ID" is installed outside the project folder, and only files in it are read: install it in the project, as a copy (npm install --install-links)';
  const elsewhere = `${refused}: a link in it leads elsewhere`;
  expect(tables?.[0]?.query?.trim().split("\n")).toEqual(
    [elsewhere, elsewhere, elsewhere, refused].concat([outside, outside]),
  );
});

it.runIf(process.platform !== "win32")("a pipe among the files is left out", async () => {
  const { folder } = temporaryProject({ "a.js": 'publish("a").query("select 1")' });
  execFileSync("mkfifo", [path.join(folder, "definitions/b.sqlx")]);
  expect((await compile(folder)).files).toEqual(["definitions/a.js"]);
});

it.each(["../", "..", "../index", "./../", "../package-entry/", "includes/../", "./"])(
  'require("%s") finds what Node finds',
  async (id) => {
    const { folder } = temporaryProject({
      "./index.js": 'module.exports = { from: "index" };',
      "definitions/index.js": 'module.exports = { from: "definitions" };',
      "package-entry/package.json": '{ "main": "lib/main" }',
      "package-entry/lib/main.js": 'module.exports = { from: "main" };',
      "definitions/a.js": `publish("a").query("select '" + require("${id}").from + "'");`,
    });
    const { tables } = await compileProject({ projectDir: folder });
    const expected = id === "./" ? "definitions" : id.includes("package") ? "main" : "index";
    expect(tables?.[0]?.query?.trim()).toBe(`select '${expected}'`);
  },
);

it("a name that is assigned to has to be declared, as with the official command", async () => {
  const { folder } = temporaryProject({ "a.js": "const fine = 1;\nx1 = 5;" });
  const { graphErrors } = await compile(folder);
  expect(graphErrors?.compilationErrors?.[0]).toMatchObject({
    message: "x1 is not defined",
    stack: expect.stringContaining("definitions/a.js:2"),
  });
});

it("a working folder that is gone is told", () => {
  const command = `mkdir "$1" && cd "$1" && rmdir "$1" && "$2" "$3" compile`;
  const { folder } = temporaryProject({});
  const bin = path.resolve("bin/dataform.js");
  const args = ["-c", command, "sh", path.join(folder, "gone"), process.execPath, bin];
  let failure: { status?: number; stderr?: Buffer } = {};
  try {
    execFileSync("/bin/sh", args, { stdio: "pipe" });
  } catch (error) {
    failure = error as typeof failure;
  }
  expect(failure.status).toBe(2);
  expect(`${failure.stderr}`).toContain("The working folder is gone");
});
