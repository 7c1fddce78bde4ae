import path from "node:path";
import { expect, it } from "vitest";
import { dataform } from "../../support/run-command.ts";
import { writeProject } from "../compile/write-project.ts";

const view = 'config { type: "view" }\n';

it("compile --json of a project whose settings cannot be read prints a graph with the error", async () => {
  const projectDir = writeProject({ "workflow_settings.yaml": "defaultDataset: a\n\tb: c" });
  const { exitCode, stdout, stderr } = await dataform(["compile", "--json", projectDir]);
  const graph = JSON.parse(stdout);
  const [error] = graph.graphErrors.compilationErrors;
  expect(graph.graphErrors.compilationErrors).toHaveLength(1);
  expect(error.fileName).toBe("workflow_settings.yaml");
  expect(error.stack.split("\n")[0]).toBe(path.join(projectDir, "workflow_settings.yaml:2"));
  expect(stderr).toContain(error.message);
  expect(exitCode).toBe(2);
});

it("compile --json says what the terminal says, sentence for sentence, with place, line and caret", async () => {
  const projectDir = writeProject({
    "definitions/orders.sqlx": `${view}select 1`,
    "definitions/totals.sqlx": `${view}select * from \u0024{ref("order")}`,
    "definitions/syntax.sqlx": `${view}\nselect \u0024{a b}`,
  });
  const { stdout, stderr, exitCode } = await dataform(["compile", "--json", projectDir]);
  const errors: { fileName: string; message: string; stack: string }[] =
    JSON.parse(stdout).graphErrors.compilationErrors;
  expect(errors.map(({ message }) => message).sort()).toEqual([
    "Missing } in template expression",
    "There is no action order; did you mean orders, shop.orders?",
  ]);
  for (const { fileName, message, stack } of errors) {
    const [place = ""] = stack.split("\n");
    const line = place.slice(place.lastIndexOf(":") + 1);
    expect(place).toBe(`${path.join(projectDir, fileName)}:${line}`);
    expect(stderr).toContain(`${fileName}:${line}: ${message}`);
  }
  const syntax = errors.find(({ fileName }) => fileName === "definitions/syntax.sqlx");
  expect(syntax?.stack.split("\n").slice(1)).toEqual([
    "select \u0024{a b}",
    expect.stringMatching(/^ {9}\^+$/),
    "",
    "SyntaxError: Missing } in template expression",
  ]);
  expect(exitCode).toBe(1);
});

it("compile --json gives both files of a duplicate a line, also when the name is that of the file", async () => {
  const projectDir = writeProject({
    "definitions/orders.sqlx": `${view}select 1`,
    "definitions/copy/orders.sqlx": `-- the same\n${view}select 1`,
  });
  const { stdout } = await dataform(["compile", "--json", projectDir]);
  const errors: { message: string; stack: string }[] =
    JSON.parse(stdout).graphErrors.compilationErrors;
  expect(errors.map(({ message, stack }) => [message, stack.split("\n")[0]]).sort()).toEqual([
    ["More than one action makes shop.orders", `${projectDir}/definitions/copy/orders.sqlx:2`],
    ["More than one action makes shop.orders", `${projectDir}/definitions/orders.sqlx:1`],
  ]);
});

it("compile prints the targets of the selected actions only, and wants a selection for their neighbours", async () => {
  const projectDir = writeProject({
    "definitions/a.sqlx": `${view}select 1`,
    "definitions/b.sqlx": `${view}select * from \u0024{ref("a")}`,
  });
  const selected = await dataform(["compile", projectDir, "--json", "--output-actions", "b"]);
  expect(JSON.parse(selected.stdout).targets).toEqual([{ schema: "shop", name: "b" }]);
  for (const flag of ["--output-include-deps", "--output-include-dependents"]) {
    const { exitCode, stderr } = await dataform(["compile", flag, projectDir]);
    expect(stderr).toContain("need a selection");
    expect(exitCode).toBe(2);
  }
});

it("init prints a next step that a shell takes, whatever the folder is called", async () => {
  const folder = path.join(writeProject({}), "it's new");
  const { stdout } = await dataform(["init", folder]);
  expect(stdout).toMatch(/npx dataform run '\S*it'\\''s new'/);
});

it.each(["yarn.lock", "pnpm-lock.yaml"])(
  "install leaves a project with %s to its own manager",
  async (lockFile) => {
    const projectDir = writeProject({
      [lockFile]: "",
      "package.json": '{ "dependencies": { "left-pad": "1.3.0" } }',
    });
    const { exitCode, stderr } = await dataform(["install", projectDir]);
    const [manager] = lockFile.split(/[.-]/);
    expect(stderr).toContain(`run ${manager} install in ${projectDir}`);
    expect(exitCode).toBe(2);
  },
);

it("an option with one value that is given twice is refused, and the hint says how variables are written", async () => {
  const { exitCode, stderr } = await dataform(["run", "--vars", "a=1", "--vars", "b=2"]);
  expect({ exitCode, stderr }).toEqual({
    exitCode: 2,
    stderr: expect.stringMatching(/--vars is given twice[\s\S]*write --vars=a=1,b=2/),
  });
});
