import { existsSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { assertCompiled } from "../../../runner/compile/checks/assert-compiled.ts";
import { type CompileOptions, compileProject } from "../../../runner/compile/compile-project.ts";
import { tryPrepareCompiler } from "../../../runner/compile/early-compiler.ts";
import { writeProject } from "./write-project.ts";

async function compileCode(code: string, options: Partial<CompileOptions> = {}) {
  const projectDir = writeProject({ "definitions/code.js": code });
  const graph = await compileProject({ projectDir, ...options });
  assertCompiled(graph, projectDir);
  return graph;
}

describe("the code of a project", () => {
  it("sees no environment variable", async () => {
    const graph = await compileCode('publish("a").query(JSON.stringify(process.env))');
    expect(graph.tables?.[0]?.query).toBe("{}");
  });

  it.each([
    {
      what: "read a file outside the project",
      code: 'require("fs").readFileSync("/etc/hostname")',
    },
    { what: "list a folder outside the project", code: 'require("fs").readdirSync("/etc")' },
    { what: "write a file", code: 'require("fs").writeFileSync(__dirname + "/x", "x")' },
    { what: "start a program", code: 'require("child_process").execFileSync("/bin/true")' },
    { what: "start a thread", code: 'new (require("worker_threads").Worker)("1", { eval: true })' },
  ])("cannot $what", async ({ code }) => {
    await expect(compileCode(`\n${code}`)).rejects.toMatchObject({
      code: "COMPILATION_FAILED",
      message: expect.stringContaining(
        "definitions/code.js:2: The project's code may read files of",
      ),
    });
  });

  it.each(["../../../../etc/hostname", "/etc/hostname"])("cannot require %s", async (file) => {
    await expect(compileCode(`require("${file}")`)).rejects.toMatchObject({
      code: "COMPILATION_FAILED",
      message: expect.stringContaining(`definitions/code.js:1: "${file}" lies outside the project`),
    });
  });

  it("does not wait for its timers", async () => {
    const graph = await compileCode('setInterval(() => {}, 1000); publish("a").query("select 1")');
    expect(graph.tables).toHaveLength(1);
  });

  it("can read a file of the project", async () => {
    const graph = await compileCode(
      'publish("a").query(require("fs").readFileSync("dataform.json", "utf8"))',
    );
    expect(graph.tables?.[0]?.query).toContain("shop_checks");
  });

  it("prints to standard error or to who asked, and never into the result", async () => {
    let printed = "";
    const graph = await compileCode(
      'console.log(JSON.stringify({ graph: { tables: [] } }));\nconsole.error("to error");\npublish("a").query("select 1");',
      { onOutput: (text) => (printed += text) },
    );
    expect(printed).toBe('{"graph":{"tables":[]}}\nto error\n');
    expect(graph.tables).toHaveLength(1);
  });
});

describe("a compiler process that was prepared", () => {
  it("does not know a file that was removed since", async () => {
    const code = `const { existsSync } = require("fs");
      publish("a").query(existsSync("includes/words.json") ? "select 1" : "select 2");`;
    const projectDir = writeProject({ "definitions/code.js": code, "includes/words.json": "{}" });
    const child = tryPrepareCompiler(projectDir);
    rmSync(path.join(projectDir, "includes/words.json"));
    const graph = await compileProject({ projectDir, child });
    expect(graph.tables?.[0]?.query).toBe("select 2");
  });

  it("asks for a file that is too large to be sent beforehand when it compiles", async () => {
    const projectDir = writeProject({
      "definitions/code.js": 'publish("a").query(`select ${words.all.length}`)',
      "includes/words.js": `exports.all = "${"x".repeat(2 ** 22)}";`,
    });
    const child = tryPrepareCompiler(projectDir);
    const graph = await compileProject({ projectDir, child });
    expect(graph.tables?.[0]?.query).toBe(`select ${2 ** 22}`);
  });
});

describe("the compiler process is stopped, and the reason told,", () => {
  it("when it takes too long", async () => {
    await expect(compileCode("for (;;);", { timeoutMillis: 700 })).rejects.toMatchObject({
      code: "TIMED_OUT",
      message: expect.stringMatching(/^Compiling .* took longer than 0.7 s and was stopped\.$/),
    });
  });

  it("when it takes too much memory", async () => {
    const code = "const all = []; while (all.length < 30000) all.push(Array(1000).fill(0));";
    await expect(compileCode(code, { maxHeapMegabytes: 64 })).rejects.toMatchObject({
      code: "COMPILATION_FAILED",
      message: expect.stringMatching(/it needed more than 64 MB of memory\.$/),
    });
  });

  it("when its result is too large", async () => {
    const code = 'publish("a").query("x".repeat(3 * 2 ** 20))';
    await expect(compileCode(code, { maxAnswerBytes: 2 ** 20 })).rejects.toMatchObject({
      code: "COMPILATION_FAILED",
      message: expect.stringMatching(/its result is larger than 1 MB\.$/),
    });
  });

  it("when the caller cancels", async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 300);
    const compiling = compileCode("for (;;);", { signal: controller.signal });
    await expect(compiling).rejects.toMatchObject({ code: "CANCELLED" });
    const cancelled = compileCode("", { signal: controller.signal });
    await expect(cancelled).rejects.toMatchObject({ code: "CANCELLED" });
  });

  it("when the caller had cancelled before, with a process that was prepared", async () => {
    const projectDir = writeProject({ "definitions/code.js": "" });
    const child = tryPrepareCompiler(projectDir);
    const compiling = compileProject({ projectDir, child, signal: AbortSignal.abort() });
    await expect(compiling).rejects.toMatchObject({ code: "CANCELLED" });
    expect(child?.killed).toBe(true);
  });
});

describe("a result that is none is an error:", () => {
  it("the code ends the process", async () => {
    await expect(compileCode("process.exit(0)")).rejects.toMatchObject({
      code: "COMPILATION_FAILED",
      message: expect.stringContaining(
        "definitions/code.js:1: The project's own JavaScript may not call process.exit()",
      ),
    });
  });

  it("the code writes to the channel of the result", async () => {
    const code = 'require("fs").writeSync(3, "{}"); publish("a").query("select 1")';
    await expect(compileCode(code)).rejects.toMatchObject({
      code: "COMPILATION_FAILED",
      message: expect.stringContaining(
        "definitions/code.js:1: The project's code may read files of",
      ),
    });
  });
});

describe("links that lead out of the project are refused:", () => {
  it.each(["definitions", "includes"])("in %s, before anything is compiled", async (folder) => {
    const outside = writeProject({ "secret.sqlx": "select 'secret'" });
    const projectDir = writeProject({ [`${folder}/kept.js`]: "" });
    symlinkSync(path.join(outside, "secret.sqlx"), path.join(projectDir, folder, "linked.sqlx"));
    await expect(compileProject({ projectDir })).rejects.toMatchObject({
      code: "COMPILATION_FAILED",
      message: `${folder}/linked.sqlx: this link leads out of the project folder.`,
    });
  });

  it("elsewhere, when a file behind one is asked for", async () => {
    const outside = writeProject({ "secret.json": '{ "secret": true }' });
    const projectDir = writeProject({
      "definitions/a.js": '\npublish("a").query(JSON.stringify(require("data/secret.json")))',
    });
    symlinkSync(outside, path.join(projectDir, "data"));
    const graph = await compileProject({ projectDir });
    expect(JSON.stringify(graph)).not.toContain('secret\\\\\\":true');
    expect(() => assertCompiled(graph, projectDir)).toThrow(/definitions\/a\.js:2: /);
  });
});

it("a project folder may be a link and may have spaces and commas in its name", async () => {
  const projectDir = writeProject({ "definitions/a.js": 'publish("a").query("select 1")' });
  const link = path.join(path.dirname(projectDir), `a link, ${path.basename(projectDir)}`);
  symlinkSync(projectDir, link);
  expect(existsSync(link)).toBe(true);
  writeFileSync(path.join(projectDir, "definitions/b.js"), 'publish("b").query("select 2")');
  const graph = await compileProject({ projectDir: link });
  expect(graph.tables?.map(({ fileName }) => fileName)).toEqual([
    "definitions/a.js",
    "definitions/b.js",
  ]);
});
