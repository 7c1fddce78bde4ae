import { describe, expect, it } from "vitest";
import { assertCompiled } from "../../../runner/compile/checks/assert-compiled.ts";
import {
  actionsOf,
  type CompiledGraph,
  type CompiledTable,
} from "../../../runner/compile/compiled-graph.ts";
import { withoutSettings } from "../../../runner/compile/settings/with-settings.ts";
import { compileInWorker } from "../../support/compile-project.ts";
import { keptFromDataformCli, withCore } from "../../support/official-command.ts";
import { writeProject } from "./write-project.ts";

const block = `{ indexes: [{ columns: ["id", "lower(name)"], unique: true }], fillfactor: 70, unlogged: false }`;
const parsed = {
  indexes: [{ columns: ["id", "lower(name)"], unique: true, include: [], with: {} }],
  fillfactor: 70,
  unlogged: false,
};

describe("a postgres block", () => {
  it.each(["table", "incremental"])("is taken from the config of a SQLX %s", async (type) => {
    const sqlx = `config { type: "${type}", postgres: ${block} }\nselect 1 as id, 'a' as name`;
    const graph = await compiled({ "definitions/a.sqlx": sqlx });
    expect(settings(graph, "a")).toMatchObject(parsed);
  });

  it("belongs to the table and not to the assertions of the same config", async () => {
    const both = `assertions: { uniqueKey: ["id"], nonNull: ["name"] }, postgres: ${block}`;
    const graph = await compiled({
      "definitions/a.sqlx": `config { type: "table", ${both} }\nselect 1 as id, 'a' as name`,
      "definitions/b.js": `publish("b", { type: "table", ${both} }).query("select 1 as id, 'a' as name");`,
    });
    for (const name of ["a", "b"]) expect(settings(graph, name)).toMatchObject(parsed);
    expect(graph.assertions).toHaveLength(4);
  });

  it("is taken from publish, operate and assert, whatever prefix and suffix their names get", async () => {
    const grants = `postgres: { grants: { select: ["reader"] } }`;
    const js = `
      publish("t", { type: "table", postgres: ${block} }).query((ctx) => "select 1 as id");
      publish("v", { type: "view", ${grants} }).query("select 1 as id");
      operate("o", { hasOutput: true, ${grants} }).queries((ctx) => "create table " + ctx.self() + " ()");
      assert("c", { ${grants} }).query("select 1 where false");
      publish("none", { type: "table" }).query("select 1 as id");`;
    const projectDir = writeProject({ "definitions/all.js": js });
    const graph = await compileInWorker({
      projectDir,
      overrides: { tablePrefix: "pr7", schemaSuffix: "ci" },
    });
    assertCompiled(graph, projectDir);
    expect(settings(graph, "pr7_t")).toMatchObject(parsed);
    for (const name of ["pr7_v", "pr7_o", "pr7_c"]) {
      expect(settings(graph, name)?.grants).toEqual([{ privilege: "select", roles: ["reader"] }]);
    }
    expect(graph.tables?.find(({ target }) => target.name === "pr7_none")).not.toHaveProperty(
      "postgres",
    );
  });

  it("is taken from the metadata of SQLX and of actions.yaml, and Dataform's own command compiles both to the same graph", async () => {
    const projectDir = writeProject({
      "workflow_settings.yaml": "defaultProject: p\ndefaultDataset: shop\ndefaultLocation: EU\n",
      "definitions/a.sqlx": `config { type: "table", metadata: { extraProperties: { postgres: ${block} } } }\nselect 1 as id`,
      "definitions/actions.yaml": `actions:
- table:
    filename: b.sql
    metadata:
      extraProperties:
        postgres:
          indexes:
          - columns: [id, lower(name)]
            unique: true
          fillfactor: 70
          unlogged: false
`,
      "definitions/b.sql": "select 1 as id",
    });
    const theirs = await keptFromDataformCli(withCore(projectDir), [], "settings-in-metadata");
    const graph = await compileInWorker({ projectDir });
    assertCompiled(graph, projectDir);
    expect(settings(graph, "a")).toMatchObject(parsed);
    expect(settings(graph, "b")).toEqual(settings(graph, "a"));
    expect(withoutSettings(graph)).toEqual(theirs);
  });

  it("may stand in both places when both say the same", async () => {
    const both = (inMetadata: string) => ({
      "definitions/a.sqlx": `config { type: "table", postgres: ${block}, metadata: { extraProperties: { postgres: ${inMetadata} } } }\nselect 1 as id`,
    });
    expect(settings(await compiled(both(block)), "a")).toMatchObject(parsed);
    expect(await errors(both("{ fillfactor: 71 }"))).toEqual([
      "definitions/a.sqlx: postgres and metadata.extraProperties.postgres differ; keep one of them",
    ]);
  });

  it("names the file, the line, the key and the nearest key when a key is unknown", async () => {
    const sqlx = `config {\n  type: "table",\n  postgres: {\n    indexes: [{ colums: ["id"], expression: "id" }]\n  }\n}\nselect 1 as id`;
    const projectDir = writeProject({ "definitions/a.sqlx": sqlx });
    const graph = await compileInWorker({ projectDir });
    expect(() => assertCompiled(graph, projectDir)).toThrow(
      'definitions/a.sqlx:4: Unexpected property "colums" in postgres.indexes[0]; did you mean columns?',
    );
  });

  it.each([
    [`"yes"`, 'postgres must be an object, and is "yes"'],
    [`{ indexes: { columns: ["a"] } }`, "postgres.indexes must be a list"],
    [
      `{ indexes: [{ unique: true }] }`,
      "postgres.indexes[0] must have either columns or an expression",
    ],
    [
      `{ indexes: [{ columns: [1] }] }`,
      "postgres.indexes[0].columns[0] must be a text that is not empty, and is 1",
    ],
    [
      `{ indexes: [{ columns: ["a"], method: "b tree" }] }`,
      "postgres.indexes[0].method must be a name",
    ],
    [`{ fillfactor: 5 }`, "postgres.fillfactor must be a whole number from 10 to 100, and is 5"],
    [`{ unlogged: "true" }`, "postgres.unlogged must be true or false"],
    [`{ checks: { positive: () => 1 } }`, "postgres.checks.positive must be a text"],
    [`{ grants: { selekt: "x" } }`, "did you mean select?"],
    [
      `{ statistics: { a: 20000 } }`,
      "postgres.statistics.a must be a whole number from 0 to 10000",
    ],
    [
      `{ foreignKeys: [{ columns: "a", references: "b", onDelete: "explode" }] }`,
      "postgres.foreignKeys[0].onDelete must be one of",
    ],
    [
      `{ foreignKeys: [{ columns: "a", references: "orders" }] }`,
      'no single action or declaration is named "orders"; did you mean order?',
    ],
    [
      `{ foreignKeys: [{ columns: ["a", "b"], references: "order", referencedColumns: "a" }] }`,
      "as many referencedColumns as columns",
    ],
  ])("refuses %s", async (value, message) => {
    const found = await errors({
      "definitions/a.sqlx": `config { type: "table", postgres: ${value} }\nselect 1 as a`,
      "definitions/order.sqlx": `config { type: "table" }\nselect 1 as a`,
    });
    expect(found.join("\n")).toContain(message);
    expect(found.every((each) => each.startsWith("definitions/a.sqlx"))).toBe(true);
  });

  it.each([
    [`type: "view"`, "{ fillfactor: 70 }", "postgres.fillfactor means nothing on a view"],
    [
      `type: "assertion"`,
      "{ primaryKey: 'a' }",
      "postgres.primaryKey means nothing on an assertion",
    ],
    [
      `type: "operations"`,
      "{ grants: { select: 'x' } }",
      "this operation makes none: set hasOutput: true",
    ],
    [`type: "declaration"`, "{ grants: { select: 'x' } }", "a declaration is made by others"],
  ])("is refused where it means nothing: %s %s", async (type, value, message) => {
    const body = type.includes("declaration") ? "" : "\nselect 1 as a";
    const sqlx = `config { ${type}, postgres: ${value} }${body}`;
    expect((await errors({ "definitions/a.sqlx": sqlx })).join("\n")).toContain(message);
  });
});

async function compiled(files: Record<string, string>): Promise<CompiledGraph> {
  const projectDir = writeProject(files);
  const graph = await compileInWorker({ projectDir });
  assertCompiled(graph, projectDir);
  return graph;
}

async function errors(files: Record<string, string>): Promise<string[]> {
  const graph = await compileInWorker({ projectDir: writeProject(files) });
  const found = graph.graphErrors?.compilationErrors ?? [];
  return found.map(({ fileName, message }) => `${fileName}: ${message}`);
}

function settings(graph: CompiledGraph, name: string) {
  const entry = actionsOf(graph).find(({ action }) => action.target.name === name);
  return (entry?.action as CompiledTable | undefined)?.settings;
}
