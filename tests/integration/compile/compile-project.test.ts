import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { assertCompiled } from "../../../runner/compile/checks/assert-compiled.ts";
import type { ProjectOverrides } from "../../../runner/compile/compile-project.ts";
import { compileInWorker } from "../../support/compile-project.ts";
import { writeProject } from "./write-project.ts";

const projects = path.resolve(import.meta.dirname, "../../fixtures/projects");

async function compile(files: Record<string, string>, overrides: ProjectOverrides = {}) {
  const projectDir = writeProject(files);
  const graph = await compileInWorker({ projectDir, overrides });
  assertCompiled(graph, projectDir);
  return graph;
}

describe("the dialect", () => {
  it("writes references as quoted schema and name, and built-in assertions with quoted texts", async () => {
    const graph = await compileInWorker({
      projectDir: path.join(projects, "names-that-need-quotes"),
    });
    const select = graph.tables?.find(({ target }) => target.name === "select");
    expect(select?.query).toContain('from "Sales Data"."Order ""Lines""" as lines');
    const [uniqueKey, rowConditions] = (graph.assertions ?? []).filter(
      ({ parentAction }) => parentAction?.name === 'Order "Lines"',
    );
    expect(uniqueKey?.query).toContain('"Order Id",\n    COUNT(1) AS index_row_count');
    expect(uniqueKey?.query).toContain(") AS data\n");
    expect(rowConditions?.query).toContain(
      `'"Status" = ''it''''s''' AS failing_row_condition,\n  *\nFROM "Sales Data"."Order ""Lines"""\nWHERE NOT ("Status" = 'it''s')`,
    );
    expect(rowConditions?.query).toContain('WHERE NOT ("Order Id" IS NOT NULL)');
  });

  it("leaves the database out and writes a backslash as it is", async () => {
    const graph = await compile({
      "dataform.json": '{ "defaultDatabase": "db", "defaultSchema": "shop" }',
      "definitions/a.sqlx":
        "config { type: \"table\", assertions: { rowConditions: [\"a !~ '\\\\d'\"] } }\nselect '\\d' as a",
      "definitions/b.sqlx": `config { type: "view" }\nselect * from \${ref("db", "shop", "a")} as a`,
    });
    expect(graph.tables?.[0]?.query).toContain("'\\d' as a");
    expect(graph.tables?.[1]?.query).toContain('from "shop"."a" as a');
    expect(graph.assertions?.[0]?.query).toContain("'a !~ ''\\d''' AS failing_row_condition");
  });

  it("gives built-in assertions with long names a short one of their own, wherever it is used", async () => {
    const graph = await compileInWorker({
      projectDir: path.join(projects, "names-that-need-quotes"),
    });
    const parent = "measurements_of_every_instance_in_every_region";
    const names = (graph.assertions ?? [])
      .filter(({ parentAction }) => parentAction?.name === parent)
      .map(({ target }) => target.name);
    expect(names).toHaveLength(2);
    expect(new Set(names).size).toBe(2);
    for (const name of names) {
      expect(Buffer.byteLength(name)).toBe(63);
      expect(name).toMatch(/^Sales Data_measurements_.*_[0-9a-f]{8}$/);
    }
    const after = graph.tables?.find(({ target }) => target.name === "after_long");
    expect(after?.dependencyTargets?.map(({ name }) => name)).toEqual([parent, ...names]);
    const listed = graph.targets?.map(({ name }) => name);
    expect(listed).toEqual(expect.arrayContaining(names));
  });

  it("refers to a long built-in assertion in SQL by its short name", async () => {
    const name = "n".repeat(50);
    const graph = await compile({
      "definitions/a.sqlx": `config { type: "table", name: "${name}", assertions: { nonNull: ["id"] } }\nselect 1 as id`,
      "definitions/b.sqlx": `config { type: "view" }\nselect * from \${ref("shop_${name}_assertions_rowConditions")} as bad`,
    });
    const assertion = graph.assertions?.[0]?.target.name ?? "";
    expect(assertion).toMatch(/_[0-9a-f]{8}$/);
    expect(graph.tables?.[1]?.query).toContain(`from "shop_checks"."${assertion}" as bad`);
    expect(graph.tables?.[1]?.dependencyTargets?.[0]?.name).toBe(assertion);
  });
});

describe("modules", () => {
  it("are CommonJS whatever package.json says, found from the project folder or from the file", async () => {
    const graph = await compile({
      "package.json": '{ "type": "module" }',
      "includes/a.js":
        'exports.all = () => [require("./b").b, require("includes/c").c, require("./d")]',
      "includes/b.js": 'exports.b = "b"',
      "includes/c.js": 'exports.c = require("../data/c.json").c',
      "includes/d/index.js": "module.exports = typeof require('@dataform/core').session.publish",
      "data/c.json": '{ "c": "see" }',
      "definitions/v.sqlx": `config { type: "view" }\nselect \${a.all().join("+")}`,
    });
    expect(graph.tables?.[0]?.query).toContain("select b+see+function");
  });

  it("may have the name of something that Node makes global", async () => {
    const graph = await compile({
      "includes/crypto.js": 'module.exports = { x: "1" }',
      "includes/process.js": 'module.exports = { x: "2" }',
      "definitions/v.sqlx": `config { type: "view" }\nselect \${crypto.x + process.x} as x`,
    });
    expect(graph.tables?.[0]?.query).toContain("select 12 as x");
  });

  it("of npm packages in the project get the same core", async () => {
    const graph = await compile({
      "node_modules/scd/package.json": '{ "name": "scd", "main": "main.js" }',
      "node_modules/scd/main.js":
        'const core = require("@dataform/core");\nmodule.exports = (name) => core.session.publish(name).query("select " + (core.session === dataform))',
      "definitions/history.js": 'require("scd")("history")',
    });
    expect(graph.tables?.[0]?.query).toBe("select true");
    expect(graph.tables?.[0]?.fileName).toBe("definitions/history.js");
  });

  it("may be links to files of the project", async () => {
    const projectDir = writeProject({ "shared/dates.js": 'exports.x = "1"' });
    mkdirSync(path.join(projectDir, "includes"));
    mkdirSync(path.join(projectDir, "definitions"));
    symlinkSync("../shared/dates.js", path.join(projectDir, "includes/dates.js"));
    writeFileSync(
      path.join(projectDir, "definitions/v.sqlx"),
      `config { type: "view" }\nselect \${dates.x} as x`,
    );
    const graph = await compileInWorker({ projectDir });
    expect(graph.tables?.[0]?.query).toContain("select 1 as x");
  });

  it("leave out hidden files, as Dataform does", async () => {
    const graph = await compile({
      "definitions/.draft.sqlx": "config { nonsense",
      "definitions/.drafts/a.sqlx": "config { nonsense",
      "definitions/v.sqlx": 'config { type: "view" }\nselect 1 as x',
    });
    expect(graph.targets).toHaveLength(1);
  });
});

describe("settings", () => {
  it("are named with what was looked for when there are none", async () => {
    const projectDir = path.dirname(projects);
    await expect(compileInWorker({ projectDir })).rejects.toMatchObject({
      code: "PROJECT_NOT_FOUND",
      message: `${projectDir} is not a Dataform project (missing dataform.json file).`,
      hint: expect.stringContaining("dataform.json or workflow_settings.yaml"),
    });
    await expect(compileInWorker({ projectDir: "/no/such" })).rejects.toMatchObject({
      code: "PROJECT_NOT_FOUND",
      message: "There is no folder /no/such.",
    });
  });

  it.each([
    {
      file: "dataform.json",
      text: '{\n  "defaultSchema": "x",\n  "defaultDatabse": "y"\n}',
      says: 'dataform.json:3: Unexpected property "defaultDatabse"',
      hint: "Did you mean defaultDatabase?",
    },
    {
      file: "dataform.json",
      text: '{\n  "defaultSchema": "x",\n}',
      says: "dataform.json:3: not valid JSON: ",
    },
    {
      file: "dataform.json",
      text: '{\n  "vars": oops\n}',
      says: "dataform.json:2: not valid JSON: ",
    },
    { file: "dataform.json", text: "[]", says: "dataform.json:1: it holds no settings" },
    {
      file: "dataform.json",
      text: '{\n  "vars": { "a": "1", "b": 1 }\n}',
      says: "dataform.json:2: the value of every variable in vars has to be a text",
      hint: 'Put it in quotes, as in "1" or "true".',
    },
    {
      file: "workflow_settings.yaml",
      text: "defaultDataset: d\nvars:\n  a: text\n  b: true # as text\n",
      says: "workflow_settings.yaml:4: the value of every variable in vars has to be a text",
      hint: 'Put it in quotes, as in "1" or "true".',
    },
    {
      file: "workflow_settings.yaml",
      text: "defaultProject: p\ndefaultDataset: [oops\n",
      says: "workflow_settings.yaml:3: not valid YAML: unexpected end of the stream",
    },
    {
      file: "workflow_settings.yaml",
      text: "defaultProject: p\ndefaultDatset: d\n",
      says: 'workflow_settings.yaml:2: Unexpected property "defaultDatset"',
      hint: "Did you mean defaultDataset?",
    },
    {
      file: "workflow_settings.yaml",
      text: "defaultDataset: d\nvars: a=b\n",
      says: 'workflow_settings.yaml:2: Unexpected property "vars", or property value type of "string"',
    },
    {
      file: "workflow_settings.yaml",
      text: "defaultDataset: d\nextension: maker\n",
      says: 'workflow_settings.yaml:2: Unexpected property "extension", or property value type of "string"',
    },
    {
      file: "workflow_settings.yaml",
      text: "defaultDataset: d\nextension:\n",
      says: 'workflow_settings.yaml:2: Unexpected empty value for "extension"',
    },
    {
      file: "workflow_settings.yaml",
      text: "defaultDataset: d\ndefaultIcebergConfg:\n  bucketName: b\n",
      says: 'workflow_settings.yaml:2: Unexpected property "defaultIcebergConfg"',
      hint: "Did you mean defaultIcebergConfig?",
    },
    {
      file: "workflow_settings.yaml",
      text: "",
      says: "workflow_settings.yaml:1: it holds no settings",
    },
    {
      file: "workflow_settings.yaml",
      text: "defaultDataset: d\ndataformCoreVersion: 2.9.0\n",
      says: "workflow_settings.yaml:2: dataformCoreVersion is 2.9.0, and only 3.x can be compiled",
      hint: "Set dataformCoreVersion to 3.0.62, which is the version that will be used.",
    },
  ])(
    "$file that is wrong ($text) is told with file and line",
    async ({ file, text, says, hint }) => {
      const projectDir = writeProject({ [file]: text });
      await expect(compileInWorker({ projectDir })).rejects.toMatchObject({
        code: "PROJECT_INVALID",
        message: expect.stringContaining(says),
        hint,
      });
    },
  );

  it("of Dataform 2 that version 3 has no more are left out and named", async () => {
    const old = { defaultSchema: "d", useRunCache: false, idempotentActionRetries: 2 };
    const projectDir = writeProject({ "dataform.json": JSON.stringify(old) });
    const notices: string[] = [];
    const onNotice = (text: string) => void notices.push(text);
    const graph = await compileInWorker({ projectDir, onNotice });
    expect(graph.projectConfig?.defaultSchema).toBe("d");
    expect(notices).toEqual([
      "dataform.json: useRunCache, idempotentActionRetries are settings of Dataform 2 and ignored",
    ]);
  });

  it("of a newer Dataform that only BigQuery gives a meaning are left out and named", async () => {
    const text = "defaultDataset: d\nlineage:\n  enabled: true\n";
    const projectDir = writeProject({ "workflow_settings.yaml": text });
    const notices: string[] = [];
    const onNotice = (line: string) => void notices.push(line);
    const graph = await compileInWorker({ projectDir, onNotice });
    expect(graph.projectConfig?.defaultSchema).toBe("d");
    expect(notices).toEqual([
      "workflow_settings.yaml: lineage has no meaning on PostgreSQL and is ignored; OPENLINEAGE_URL says where events of a run are sent",
    ]);
  });

  it("may not be in both files", async () => {
    const projectDir = writeProject({
      "dataform.json": "{}",
      "workflow_settings.yaml": "vars: {}",
    });
    await expect(compileInWorker({ projectDir })).rejects.toMatchObject({
      code: "PROJECT_INVALID",
      message: expect.stringContaining("the folder has a workflow_settings.yaml as well"),
    });
  });

  it("may ask for another 3.x of core and get the one that is here", async () => {
    const graph = await compile({
      "workflow_settings.yaml": "defaultDataset: shop\ndataformCoreVersion: 3.0.11\n",
      "definitions/v.sqlx": 'config { type: "view" }\nselect 1 as x',
    });
    expect(graph.dataformCoreVersion).toBe("3.0.62");
    expect(graph.tables).toHaveLength(1);
  });

  it("may name an extension, which core loads with its options", async () => {
    const graph = await compile({
      "workflow_settings.yaml":
        "defaultDataset: shop\nextension:\n  name: maker\n  compilationMode: APPLICATION_CODE\n  options:\n    table: made\n    number: 2\n",
      "node_modules/maker/index.js":
        "exports.extension = () => ({ compile({ compileConfig: { extension: { options } } }, session) { session.publish(options.table).query('select ' + options.number) } })",
      "definitions/v.sqlx": 'config { type: "view" }\nselect 1 as x',
    });
    expect(graph.tables?.map(({ target, query }) => [target.name, query])).toEqual([
      ["made", "select 2"],
    ]);
  });

  it("give way to overrides, and variables are added to those of the project", async () => {
    const graph = await compile(
      {
        "dataform.json": '{ "defaultSchema": "shop", "vars": { "a": "1", "b": "2" } }',
        "definitions/v.sqlx": `config { type: "view" }\nselect \${JSON.stringify(dataform.projectConfig.vars)} from \${self()}`,
      },
      { defaultSchema: "test", schemaSuffix: "ci", tablePrefix: "p", vars: { b: "3", c: "4" } },
    );
    expect(graph.projectConfig.vars).toEqual({ a: "1", b: "3", c: "4" });
    expect(graph.tables?.[0]?.target).toMatchObject({ schema: "test_ci", name: "p_v" });
    expect(graph.tables?.[0]?.query).toContain(
      'select {"a":"1","b":"3","c":"4"} from "test_ci"."p_v"',
    );
  });
});

it("two compilations of a project give the same graph", async () => {
  const projectDir = path.join(projects, "every-action-type");
  const [first, second] = await Promise.all([
    compileInWorker({ projectDir }),
    compileInWorker({ projectDir }),
  ]);
  expect(JSON.stringify(first)).toBe(JSON.stringify(second));
});
