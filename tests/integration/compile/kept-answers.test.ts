import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { beforeEach, expect, it, vi } from "vitest";
import { compileProject } from "../../../runner/compile/compile-project.ts";
import { propertyRuns } from "../../support/property-runs.ts";
import { temporaryProject } from "../../support/temporary-project.ts";
import { whenTestEnds } from "../../support/when-test-ends.ts";

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "dfpg-kept-"));
  vi.stubEnv("DATAFORM_COMPILE_CACHE", folder);
  whenTestEnds(async () => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true, force: true });
  });
});

const table = (query: string) => `config { type: "table" } ${query}`;

/** The query of the table `a`, and whether a compiler process gave it. */
async function compiled(projectDir: string, options: object = {}) {
  const before = kept();
  const printed: string[] = [];
  const onOutput = (text: string) => void printed.push(text);
  const graph = await compileProject({ projectDir, onOutput, ...options });
  const query = graph.tables?.find(({ target }) => target.name === "a")?.query?.trim();
  return { query, printed: printed.join(""), isNew: kept().some((file) => !before.includes(file)) };
}

/** The files that are kept. */
function kept(): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => /\/[\da-f-]+$/.test(name))
    .map((name) => join(folder, name))
    .sort();
}

it("keeps what was compiled, and compiles again what has changed", async () => {
  const project = temporaryProject({
    "a.sqlx": table("select $" + '{require("includes/one.js").value} as x'),
    "includes/one.js":
      'console.log("read"); const fs = require("fs"); module.exports = { value: fs.readFileSync("data/one.csv", "utf8").trim() };',
    "data/one.csv": "1\n",
  });
  const compile = (options?: object) => compiled(project.folder, options);
  const first = await compile();
  expect(first).toEqual({ query: "select 1 as x", printed: "read\n", isNew: true });
  expect(await compile()).toEqual({ ...first, isNew: false });
  // A file that the project's code reads is none of its modules.
  project.write("data/one.csv", "2\n");
  expect(await compile()).toMatchObject({ query: "select 2 as x", printed: "read\n" });
  project.write("a.sqlx", table("select 3 as x"));
  expect(await compile()).toMatchObject({ query: "select 3 as x", isNew: true });
  expect(await compile({ overrides: { schemaSuffix: "dev" } })).toMatchObject({ isNew: true });
  project.remove("a.sqlx");
  expect(await compile()).toMatchObject({ query: undefined, isNew: true });
  project.write("a.sqlx", table("select 3 as x"));
  expect(await compile()).toMatchObject({ query: "select 3 as x", isNew: false });
});

it("compiles each time what depends on the time or on chance", async () => {
  const project = temporaryProject({ "a.sqlx": "" });
  // What JavaScript itself has is in tests/unit/compile/steady.test.ts.
  for (const ask of ['require("crypto").randomUUID()', "process.hrtime()", "Date.now()"]) {
    project.write("a.sqlx", table(`select '\${${ask}}' as x`));
    expect(await compiled(project.folder), ask).toMatchObject({ isNew: false });
  }
  const steady = 'require("crypto").createHash("md5").update("a").digest("hex")';
  project.write("a.sqlx", table(`select '\${${steady}}' as x`));
  expect(await compiled(project.folder)).toMatchObject({ isNew: true });
});

it("trusts no file that is damaged or that others may write, and can be turned off", async () => {
  const project = temporaryProject({ "a.sqlx": table("select 1 as x") });
  await compiled(project.folder);
  const [file = ""] = kept();
  const whole = readFileSync(file, "utf8");
  const compile = async () => (await compiled(project.folder)).query;
  for (const text of [whole.replace("select 1", "select 9"), whole.slice(0, -9), "", "{}\n{}"]) {
    writeFileSync(file, text);
    expect(await compile()).toBe("select 1 as x");
    expect(readFileSync(file, "utf8")).toBe(whole);
  }
  const [head = "", answer = ""] = whole.split("\n");
  const forged = answer.replaceAll("select 1", "select 9");
  const hash = createHash("sha256").update(forged).digest("hex");
  writeFileSync(file, `${JSON.stringify({ ...JSON.parse(head), hash })}\n${forged}`);
  expect(await compile()).toBe("select 9 as x");
  for (const place of [file, dirname(file)]) {
    chmodSync(place, 0o777);
    expect(await compile()).toBe("select 1 as x");
    chmodSync(place, 0o700);
    writeFileSync(file, `${JSON.stringify({ ...JSON.parse(head), hash })}\n${forged}`);
  }
  vi.stubEnv("DATAFORM_COMPILE_CACHE", "off");
  expect(await compile()).toBe("select 1 as x");
});

it("keeps the last six of a project and none that was not compiled for a month", async () => {
  const project = temporaryProject({ "a.sqlx": "" });
  const old = join(folder, "0123456789abcdef");
  mkdirSync(old);
  utimesSync(old, 1, 1);
  for (let value = 0; value < 7; value++) {
    project.write("a.sqlx", table(`select ${value} as x`));
    await compiled(project.folder);
  }
  expect(kept()).toHaveLength(6);
  expect(existsSync(old)).toBe(false);
});

const part = fc.constantFrom(
  "a.sqlx",
  "b.sqlx",
  "includes/c.js",
  "data/d.txt",
  "node_modules/e/e.js",
);

it("gives what a new process gives, after any edits", async () => {
  const project = temporaryProject({
    "node_modules/e/package.json": '{ "main": "e.js" }',
    "a.sqlx": table(
      "select $" +
        '{require("includes/c.js").c} as c, $' +
        '{require("e").e} as e, $' +
        '{ref("b")} as b',
    ),
  });
  const writeValue = (name: string, value: number) => {
    if (name === "b.sqlx") project.write(name, table(`select ${value} as x`));
    else if (name === "includes/c.js")
      project.write(name, `exports.c = ${value} + require("fs").readFileSync("data/d.txt").length`);
    else if (name === "data/d.txt") project.write(name, "d".repeat(value));
    else if (name !== "a.sqlx") project.write(name, `exports.e = ${value}`);
  };
  for (const name of ["b.sqlx", "includes/c.js", "data/d.txt", "node_modules/e/e.js"])
    writeValue(name, 1);
  const edits = fc.array(fc.tuple(part, fc.integer({ min: 0, max: 2 })), { minLength: 1 });
  await fc.assert(
    fc.asyncProperty(edits, async (all) => {
      for (const [name, value] of all.slice(0, 3)) writeValue(name, value);
      vi.stubEnv("DATAFORM_COMPILE_CACHE", folder);
      const known = await compileProject({ projectDir: project.folder });
      vi.stubEnv("DATAFORM_COMPILE_CACHE", "off");
      expect(known).toEqual(await compileProject({ projectDir: project.folder }));
    }),
    { numRuns: propertyRuns(4) },
  );
});
