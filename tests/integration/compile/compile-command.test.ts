// biome-ignore-all lint/suspicious/noTemplateCurlyInString: they are what SQLX files hold
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import { describe, expect, it, onTestFinished } from "vitest";
import { dataform, dataformProgram } from "../../support/run-command.ts";
import { writeProject } from "./write-project.ts";

const files = {
  "definitions/a.sqlx":
    'config { type: "table", tags: ["t"], assertions: { nonNull: ["n"] } }\nselect 1 as n',
  "definitions/b.sqlx": 'config { type: "view" }\nselect n from ${ref("a")} as a',
  "definitions/c.sqlx":
    'config { type: "view" }\nselect ${dataform.projectConfig.vars.x} from ${ref("b")} as b',
};
const compile = (projectDir: string, ...args: string[]) =>
  dataform(["compile", projectDir, ...args]);

describe("dataform compile", () => {
  it("--quiet counts the actions", async () => {
    const { stdout, exitCode } = await compile(writeProject(files), "--quiet");
    expect(stdout).toBe("Compiled 4 action(s).\n3 dataset(s).\n1 assertion(s).\n");
    expect(exitCode).toBe(0);
  });

  it.each([
    { flags: ["--output-actions", "b"], names: ["shop.b"] },
    { flags: ["--output-actions=a,c"], names: ["shop.a", "shop.c"] },
    { flags: ["--output-actions", "b", "--output-include-deps"], names: ["shop.a", "shop.b"] },
    {
      flags: ["--output-actions", "b", "--output-include-dependents"],
      names: ["shop.b", "shop.c"],
    },
    {
      flags: ["--output-tags", "t"],
      names: ["shop.a", "shop_checks.shop_a_assertions_rowConditions"],
    },
  ])("$flags prints $names alone, of a whole compilation", async ({ flags, names }) => {
    const projectDir = writeProject(files);
    const { stdout } = await compile(projectDir, "--json", ...flags);
    const graph = JSON.parse(stdout);
    const shown = [...(graph.tables ?? []), ...(graph.assertions ?? [])];
    expect(shown.map(({ target }) => `${target.schema}.${target.name}`)).toEqual(names);
    expect(graph.targets).toHaveLength(names.length);
  });

  it("--output-actions with a name that is none is an error with the nearest", async () => {
    const { stderr, exitCode } = await compile(writeProject(files), "--output-actions", "bb");
    expect(stderr).toContain('no action is named "bb"');
    expect(exitCode).toBe(2);
  });

  it("prints JSON alone on stdout, with errors too, and --verbose their stacks on stderr", async () => {
    const projectDir = writeProject({
      ...files,
      "definitions/d.sqlx": 'config { type: "table", clusterBy: ["n"] }\n\nselect ${null.x}',
      "definitions/e.js": 'console.log("said");',
    });
    const { stdout, stderr, exitCode } = await compile(projectDir, "--json", "--verbose");
    const [error] = JSON.parse(stdout).graphErrors.compilationErrors;
    expect(error).toMatchObject({ fileName: "definitions/d.sqlx" });
    expect(error.stack.split("\n")[0]).toBe(`${projectDir}/definitions/d.sqlx:3`);
    expect(stderr).toContain("[project] said\n");
    expect(stderr).toContain("    at Object.sqlContextable");
    expect(exitCode).toBe(1);
  });

  it("says once for each option of BigQuery that it is ignored, on stderr", async () => {
    const config = 'type: "table", clusterBy: ["n"], labels: { a: "b" }, partitionBy: "n"';
    const projectDir = writeProject({
      "definitions/x.sqlx": `config { ${config}, reservation: "r" }\nselect 1 as n`,
      "definitions/y.sqlx": `config { ${config} }\nselect 1 as n`,
      "definitions/z.sqlx": `config { ${config}, disabled: true, requirePartitionFilter: true }\nselect 1 as n`,
    });
    const { stdout, stderr } = await compile(projectDir, "--json");
    expect(JSON.parse(stdout).tables).toHaveLength(3);
    const ignored = "has no meaning on PostgreSQL and is ignored";
    expect(stderr.trimEnd().split("\n")).toEqual([
      `partitionBy ${ignored} (definitions/x.sqlx and 1 more); use postgres: { partitionBy: { column: "day", range: "month" } }`,
      `clusterBy ${ignored} (definitions/x.sqlx and 1 more); use postgres: { indexes: [{ columns: ["a"] }] }`,
      `labels ${ignored} (definitions/x.sqlx and 1 more)`,
      `reservation ${ignored} (definitions/x.sqlx)`,
    ]);
  });

  it("--json and --dot exclude each other, as in Dataform", async () => {
    const { stdout, stderr, exitCode } = await compile(writeProject(files), "--json", "--dot");
    expect(stderr).toContain("--json and --dot exclude each other");
    expect({ stdout, exitCode }).toEqual({ stdout: "", exitCode: 2 });
  });

  it.each(["it's", 'a"b', "a;b", "a--b", "a/*b", "a\nb", "$$a"])(
    "takes %j as a variable only with --allow-raw-vars",
    async (value) => {
      const projectDir = writeProject(files);
      const refused = await compile(projectDir, `--vars=x=${value}`);
      expect(refused.stderr).toContain("--vars: x holds ");
      expect(refused.exitCode).toBe(2);
      const { stdout } = await compile(
        projectDir,
        `--vars=x=${value}`,
        "--allow-raw-vars",
        "--json",
      );
      expect(JSON.parse(stdout).projectConfig.vars).toEqual({ x: value });
    },
  );

  it("--watch compiles again after a change and says how long it took, until Ctrl-C", async () => {
    const projectDir = writeProject(files);
    const child = spawn(process.execPath, [
      dataformProgram(),
      "compile",
      "--watch",
      "--quiet",
      projectDir,
    ]);
    onTestFinished(() => void child.kill("SIGKILL"));
    const said = createInterface({ input: child.stderr })[Symbol.asyncIterator]();
    const printed = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const next = async (lines: typeof said) => (await lines.next()).value;
    expect(await next(printed)).toBe("Compiled 4 action(s).");
    expect(await next(said)).toMatch(/^compiled in \d+ ms, watching for changes$/);
    writeFileSync(path.join(projectDir, "definitions/d.sqlx"), 'config { type: "view" }\nselect 1');
    for (let line = ""; line !== "Compiled 5 action(s)."; ) line = await next(printed);
    writeFileSync(path.join(projectDir, "definitions/d.sqlx"), "select 'open");
    for (let line = ""; !line.includes("definitions/d.sqlx:1: The quote"); )
      line = await next(said);
    child.kill("SIGINT");
    expect(await once(child, "exit")).toEqual([130, null]);
  });
});
