import { describe, expect, it } from "vitest";
import { assertCompiled } from "../../runner/compile/checks/assert-compiled.ts";
import { type CompileOptions, compileProject } from "../../runner/compile/compile-project.ts";
import { planProject } from "../../runner/run-project.ts";
import { openTestDatabase } from "../support/opened-database.ts";
import { dataform } from "../support/run-command.ts";
import { temporaryProject } from "../support/temporary-project.ts";
import { servers } from "../support/test-database.ts";

async function compileCode(code: string, options: Partial<CompileOptions> = {}) {
  const { folder } = temporaryProject({ "code.js": code });
  const graph = await compileProject({ projectDir: folder, ...options });
  assertCompiled(graph, folder);
  return graph;
}

describe("code that breaks its compiler process ends the compilation with a reason:", () => {
  // Where there is no /proc, only the time ends it.
  it.runIf(process.platform === "linux")("memory outside the heap that V8 limits", async () => {
    const code = "const all = []; for (;;) all.push(Buffer.alloc(10e6, 1));";
    await expect(compileCode(code, { maxHeapMegabytes: 128 })).rejects.toMatchObject({
      code: "COMPILATION_FAILED",
      message: expect.stringMatching(/it needed more than 128 MB of memory\.$/),
    });
  });

  it.each([
    ["it kills itself", 'process.kill(process.pid, "SIGKILL")', "process.kill is not a function"],
    ["it aborts", "process.abort()", "process.abort is not a function"],
    ["it closes the channel", 'require("fs").closeSync(3)', "The project's code may read files"],
    [
      "it garbles the graph",
      "dataform.compile().constructor.prototype.toJSON = () => ({ tables: [null] })",
      "its result is not whole: graph.projectConfig is not an object",
    ],
    [
      "it names a file of the system, whose lines an error would show",
      'publish("b").query("x"); dataform.actions[0].proto.fileName = "../../proc/self/environ"',
      "its result is not whole: graph.tables[0].fileName names no file of the project",
    ],
    ["it breaks every object", "Object.prototype.toJSON = () => 1", "without a result"],
  ])("%s", async (_what, code, reason) => {
    const failure = await compileCode(`${code};\npublish("a").query("select 1")`).catch(
      (error: Error & { hint?: string }) => error,
    );
    expect(failure).toMatchObject({
      code: "COMPILATION_FAILED",
      message: expect.stringContaining(reason),
      hint: expect.not.stringMatching(/^\s+at |node:/m),
    });
  });
});

describe("what a project says drives nothing:", () => {
  const compile = (...args: string[]) =>
    dataform(["compile", ...args], { compilesInProcess: true });
  const evil = "\\n::error file=x::forged\\n\\u001b]52;c;QUJD\\u0007\\u202e";

  it("neither a workflow nor a terminal, be it printed or thrown", async () => {
    const { folder } = temporaryProject({
      "a.js": `console.log("printed${evil}"); throw new Error("thrown${evil}");`,
    });
    const { exitCode, stdout, stderr } = await compile(folder, "--verbose");
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    for (const word of ["printed", "thrown"]) expect(stderr).toContain(word);
    expect(stderr).not.toMatch(/^\s*::/m);
    for (const control of ["\u001b", "\u0007", "\u202e"]) expect(stderr).not.toContain(control);
  });

  it("names of actions in the list of them", async () => {
    const { folder } = temporaryProject({
      "a.js": 'publish("a\\u202eb", { schema: "::error ::x" }).query("select 1")',
    });
    const { exitCode, stdout } = await compile(folder);
    expect(exitCode).toBe(0);
    expect(stdout).toContain("\\x3a:error ::x.a\\u202eb");
  });

  it("an error of megabytes is cut", async () => {
    const { folder } = temporaryProject({ "a.js": 'throw new Error("x".repeat(5e6))' });
    const { stderr } = await compile(folder);
    expect(stderr.length).toBeLessThan(30_000);
    expect(stderr).toContain("more characters");
  });
});

describe("a large project", () => {
  it("of 5,000 actions, 1,500 of them in one line, is compiled and planned", async () => {
    const { folder } = temporaryProject({
      "all.js": `for (let i = 0; i < 5000; i++) {
        publish("t" + i, { type: "table" })
          .query((ctx) => i > 0 && i < 1500 ? "select * from " + ctx.ref("t" + (i - 1)) : "select 1 as a");
      }`,
    });
    const [server] = servers();
    if (server === undefined) throw new Error("there is no server");
    const { database } = await openTestDatabase(server);
    const graph = await planProject({
      ...{ projectDir: folder, database },
      runConfig: { actions: ["t1499"], includeDependencies: true },
    });
    expect(graph.actions).toHaveLength(1500);
  });

  it("whose 1,000 actions stand in a circle is refused", async () => {
    const code = `for (let i = 0; i < 1000; i++) {
      publish("t" + i).query((ctx) => "select * from " + ctx.ref("t" + ((i + 1) % 1000)));
    }`;
    await expect(compileCode(code)).rejects.toMatchObject({
      message: expect.stringContaining("Actions depend on each other in a circle"),
    });
  });
});
