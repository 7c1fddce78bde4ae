// biome-ignore-all lint/suspicious/noTemplateCurlyInString: SQLX is full of them
import { expect, it, vi } from "vitest";
import { type CompileOptions, compileProject } from "../../../runner/compile/compile-project.ts";
import { livingCompiler } from "../../support/living-compiler.ts";
import { patienceMillis } from "../../support/patience.ts";
import { temporaryProject } from "../../support/temporary-project.ts";

async function compileIn({ folder }: { folder: string }, options: Partial<CompileOptions> = {}) {
  const child = livingCompiler(folder);
  const output: string[] = [];
  const onOutput = (text: string) => output.push(text);
  const graph = await compileProject({ projectDir: folder, child, onOutput, ...options });
  return { graph, output: output.join(""), process: child.pid };
}

const leaves = `globalThis.left = "globals";
String.prototype.left = "prototypes";
require.left = "modules";
publish("found").query("select 1");
`;
const looks = `const found = [globalThis.left, "".left, require.left];
publish("found").query(String(found));
`;

it("a process that compiles project after project gives each a realm of its own", async () => {
  const compiled = [];
  for (const text of [leaves, looks, looks]) {
    compiled.push(await compileIn(temporaryProject({ "definitions/found.js": text })));
  }
  const queries = compiled.map(({ graph }) => graph.tables?.[0]?.query);
  expect(queries).toEqual(["select 1", ",,", ",,"]);
  expect(new Set(compiled.map(({ process }) => process)).size).toBe(1);
});

it("a project is compiled as in a process of its own, and a process that fails is replaced", async () => {
  const project = temporaryProject({
    "a.sqlx": 'config { type: "table" }\nselect ${constants.one} as a',
    "broken.sqlx": 'config { type: "table" }\nselect ${missing.value}',
    "includes/constants.js": 'console.log("hello");\nmodule.exports = { one: 1 };\n',
  });
  const output: string[] = [];
  const alone = await compileProject({
    projectDir: project.folder,
    onOutput: (text) => output.push(text),
  });
  expect(await compileIn(project)).toMatchObject({ graph: alone, output: output.join("") });
  const endless = temporaryProject({ "definitions/a.js": "for (;;);" });
  await expect(compileIn(endless, { timeoutMillis: 300 })).rejects.toThrow("took longer");
  expect(await compileIn(project)).toMatchObject({ graph: alone, output: output.join("") });
});

it("a process that died between two projects is not asked again", async () => {
  const project = temporaryProject({ "a.sqlx": 'config { type: "view" }\nselect 1 as a' });
  const { process: first } = await compileIn(project);
  process.kill(first ?? 0, "SIGKILL");
  await vi.waitFor(() => expect(() => process.kill(first ?? 0, 0)).toThrow(), patienceMillis);
  const { process: second } = await compileIn(project);
  expect(second).not.toBe(first);
});
