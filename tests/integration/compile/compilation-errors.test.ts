import { symlinkSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { assertCompiled } from "../../../runner/compile/checks/assert-compiled.ts";
import { RunnerError } from "../../../runner/errors.ts";
import { compileInWorker } from "../../support/compile-project.ts";
import { writeProject } from "./write-project.ts";

const table = 'config { type: "table" }\n';

async function compileErrors(files: Record<string, string>) {
  const projectDir = writeProject(files);
  const graph = await compileInWorker({ projectDir });
  const errors = graph.graphErrors?.compilationErrors ?? [];
  try {
    assertCompiled(graph, projectDir);
  } catch (error) {
    if (error instanceof RunnerError) return { projectDir, errors, thrown: error };
  }
  throw new Error("the project compiled without an error");
}

describe("an error in a project is told with its file and line", () => {
  it.each([
    {
      what: "a comma is missing in the config block",
      text: 'config {\n  type: "table"\n  tags: ["daily"]\n}\nselect 1',
      says: "definitions/orders.sqlx:3: Unexpected identifier 'tags'; is there a comma missing before it?",
    },
    {
      what: "a key of several columns is no list",
      text: 'config {\n  type: "incremental",\n  uniqueKey: "id"\n}\nselect 1 as id',
      says: 'definitions/orders.sqlx:3: uniqueKey is a list of columns, ["id"]',
    },
    {
      what: "a reference has no dollar sign",
      text: `${table}\nselect * from {ref("orders")}`,
      says: "definitions/orders.sqlx:3: SQL knows no { outside of quotes: JavaScript in SQL is written ${…}",
    },
    {
      what: "the js block cannot be parsed",
      text: `${table}js {\n  const a = 1;\n  const b = ;\n}\nselect 1`,
      says: "definitions/orders.sqlx:4: Unexpected token ';'",
    },
    {
      what: "an expression cannot be parsed",
      text: `${table}\nselect 1,\n  \${(} as x`,
      says: "definitions/orders.sqlx:4: Unexpected token '}'",
    },
    {
      what: "an expression throws",
      text: `${table}\nselect 1,\n  \${null.x} as x,\n  2 as y`,
      says: "definitions/orders.sqlx:4: Cannot read properties of null (reading 'x')",
    },
    {
      what: "an expression uses an unknown name",
      text: `${table}\nselect 1,\n  \${dates.today()} as x,\n  2 as y`,
      says: "definitions/orders.sqlx:4: dates is not defined",
    },
    {
      what: "an expression in post_operations throws",
      text: `${table}\nselect 1\n\npost_operations {\n  select 1\n  ---\n  select \${null.x}\n}`,
      says: "definitions/orders.sqlx:8: Cannot read properties of null (reading 'x')",
    },
    {
      what: "the config block has a key that core does not know",
      text: 'config {\n  type: "table",\n  postgresql: { indexes: [] }\n}\nselect 1',
      says: 'definitions/orders.sqlx:3: Unexpected property "postgresql"',
    },
    {
      what: "a key of the config block is misspelt",
      text: 'config {\n  type: "table",\n  assertions: {\n    uniqeKey: ["id"]\n  }\n}\nselect 1',
      says: 'definitions/orders.sqlx:4: Unexpected property "uniqeKey"',
      also: "Did you mean uniqueKey?",
    },
    {
      what: "the type is unknown",
      text: 'config {\n  type: "tabel"\n}\nselect 1',
      says: "definitions/orders.sqlx:2: Unrecognized action type: tabel. Did you mean table?",
    },
    {
      what: "a table has two statements",
      text: `${table}\nselect 1\n---\nselect 2`,
      says: "definitions/orders.sqlx:4: Actions may only contain more than one SQL statement",
    },
    {
      what: "a query ends in a semicolon",
      text: `${table}\nselect 1\nfrom x;\n`,
      says: "definitions/orders.sqlx:4: Semi-colons are not allowed",
    },
    {
      what: "a reference leads nowhere",
      text: `${table}\nselect *\nfrom \${ref("customer")} as customers`,
      says: "definitions/orders.sqlx:4: There is no action customer; did you mean customers",
    },
    {
      what: "a reference names another schema",
      text: `${table}\nselect *\nfrom \${ref("store", "customers")} as customers`,
      says: "definitions/orders.sqlx:4: There is no action store.customers; did you mean shop.customers?",
    },
    {
      what: "a dependency of the config block leads nowhere",
      text: 'config {\n  type: "table",\n  dependencies: ["nowhere"]\n}\nselect 1',
      says: "definitions/orders.sqlx:3: There is no action nowhere",
    },
  ])("when $what", async ({ text, says, also = "" }) => {
    const { projectDir, errors, thrown } = await compileErrors({
      "definitions/orders.sqlx": text,
      "definitions/customers.sqlx": `${table}select 1 as customer_id`,
    });
    expect(thrown.code).toBe("COMPILATION_FAILED");
    expect(thrown.message).toContain(says);
    expect(thrown.message).toContain(also);
    const [place] = says.split(": ");
    const [firstLine] = errors[0]?.stack?.split("\n") ?? [];
    expect(firstLine).toBe(path.join(projectDir, place ?? ""));
    expect(errors[0]?.fileName).toBe("definitions/orders.sqlx");
  });

  it("when a function of includes throws, at the line that calls it and with the way to it", async () => {
    const { projectDir, errors, thrown } = await compileErrors({
      "includes/dates.js": 'exports.today = () => {\n  throw new Error("no clock here");\n};',
      "definitions/orders.sqlx": `${table}\nselect\n  \${dates.today()} as x`,
    });
    expect(thrown.message).toContain("definitions/orders.sqlx:4: no clock here");
    expect(errors[0]?.stack?.split("\n")).toEqual([
      `${projectDir}/definitions/orders.sqlx:4`,
      "  ${dates.today()} as x",
      "",
      "no clock here",
      `    at exports.today (${projectDir}/includes/dates.js:2:9)`,
      `    at Object.sqlContextable (${projectDir}/definitions/orders.sqlx:4)`,
    ]);
  });

  it.each(["orders", "ref(orders)"])(
    "when an action is named without quotes, with what to write: %s",
    async (expression) => {
      const { thrown } = await compileErrors({
        "definitions/orders.sqlx": `${table}select 1 as id`,
        "definitions/totals.sqlx": `${table}select *\nfrom \${${expression}}`,
      });
      expect(thrown.message).toContain(
        'definitions/totals.sqlx:3: orders is not defined: for the action of that name write ref("orders")',
      );
    },
  );

  it("when a JavaScript file throws or cannot be parsed", async () => {
    const { thrown } = await compileErrors({
      "includes/broken.js": "\nmodule.exports = {",
      "definitions/orders.js": '\n\nthrow new Error("stop");',
    });
    expect(thrown.message).toContain("includes/broken.js:2: Unexpected end of input");
    expect(thrown.message).toContain("definitions/orders.js:3: stop");
  });

  it("when actions.yaml cannot be parsed or has an unknown key", async () => {
    const broken = await compileErrors({
      "definitions/actions.yaml": "actions:\n  - table: [oops\n",
    });
    expect(broken.thrown.message).toContain("definitions/actions.yaml:3: Not valid YAML");
    const unknown = await compileErrors({
      "definitions/actions.yaml": "actions:\n  - view:\n      filename: v.sql\n      colour: red\n",
      "definitions/v.sql": "select 1",
    });
    expect(unknown.thrown.message).toContain(
      'definitions/actions.yaml:4: Unexpected property "colour"',
    );
  });

  it("when a file is asked for that does not exist", async () => {
    const { thrown } = await compileErrors({
      "definitions/orders.js": '\nrequire("includes/none")',
    });
    expect(thrown.message).toContain(
      'definitions/orders.js:2: Cannot find "includes/none": the project has no such file',
    );
    const inYaml = await compileErrors({
      "definitions/actions.yaml": "actions:\n  - table:\n      filename: none.sql\n",
    });
    expect(inYaml.thrown.message).toContain(
      'definitions/actions.yaml:3: Cannot find "definitions/none.sql": the project has no such file',
    );
  });

  it("when a package is not installed, or lies outside the project", async () => {
    const { thrown } = await compileErrors({
      "package.json": '{ "dependencies": { "scd": "1.0.0" } }',
      "definitions/orders.js": '\nrequire("scd/table")',
    });
    expect(thrown.message).toContain(
      'orders.js:2: Cannot find "scd/table": package.json names the package, but it is not installed: run `dataform install`',
    );
    const elsewhere = writeProject({ "index.js": "module.exports = 1;" });
    const projectDir = writeProject({
      "definitions/orders.js": '\nrequire("linked")',
      "node_modules/other/index.js": "module.exports = 1;",
    });
    symlinkSync(elsewhere, path.join(projectDir, "node_modules/linked"));
    const graph = await compileInWorker({ projectDir });
    expect(() => assertCompiled(graph, projectDir)).toThrow(
      'orders.js:2: The package "linked" is installed outside the project folder',
    );
  });
});

describe("the graph as a whole", () => {
  it("names a cycle in the order of its dependencies", async () => {
    const { thrown } = await compileErrors({
      "definitions/a.sqlx": `${table}select * from \${ref("b")} as b`,
      "definitions/b.sqlx": `${table}select * from \${ref("c")} as c`,
      "definitions/c.sqlx": `${table}select * from \${ref("a")} as a`,
    });
    expect(thrown.code).toBe("DEPENDENCY_CYCLE");
    expect(thrown.message).toContain("shop.a -> shop.b -> shop.c -> shop.a");
  });

  it("names an action that depends on itself", async () => {
    const { thrown } = await compileErrors({
      "definitions/a.sqlx": `${table}select * from \${ref("a")} as a`,
    });
    expect(thrown.code).toBe("DEPENDENCY_CYCLE");
    expect(thrown.message).toContain("definitions/a.sqlx:2");
    expect(thrown.message).toContain("shop.a -> shop.a");
  });

  it("names both files, and nothing else, when two make the same action", async () => {
    const { thrown } = await compileErrors({
      "definitions/c.sqlx": `${table}select * from \${ref("x")} as x`,
      "definitions/a.sqlx": 'config { type: "table", name: "x" }\nselect 1',
      "definitions/b.sqlx": 'config {\n  type: "view",\n  name: "x"\n}\nselect 1',
    });
    expect(thrown.message).toContain("definitions/a.sqlx:1: More than one action makes shop.x");
    expect(thrown.message).toContain("definitions/b.sqlx:3: More than one action makes shop.x");
    expect(thrown.message).toContain("The project has 2 errors");
  });

  it("does not tell that an action is missing whose own file has an error", async () => {
    const { thrown } = await compileErrors({
      "definitions/a.sqlx": 'config { type: "table", colour: "red" }\nselect 1',
      "definitions/b.sqlx": `${table}select * from \${ref("a")} as a`,
      "definitions/c.js": 'publish("c", { type: "table" }).type().query("select 1");',
    });
    expect(thrown.message).toContain("The project has 2 errors");
    expect(thrown.message).toContain('definitions/a.sqlx:1: Unexpected property "colour"');
    expect(thrown.message).toContain("definitions/c.js:1: ");
  });

  it("takes actions that differ by database only for the same one", async () => {
    const { thrown } = await compileErrors({
      "definitions/a.sqlx": 'config { type: "table", name: "x", database: "one" }\nselect 1',
      "definitions/b.sqlx": 'config { type: "table", name: "x", database: "two" }\nselect 1',
    });
    expect(thrown.message).toContain("definitions/b.sqlx:1: More than one action makes shop.x");
  });

  it("lets names that differ by case stand", async () => {
    const projectDir = writeProject({
      "definitions/orders.sqlx": `${table}select 1 as n`,
      "definitions/Orders.sqlx": `${table}select * from \${ref("orders")} as orders`,
    });
    const graph = await compileInWorker({ projectDir });
    expect(() => assertCompiled(graph, projectDir)).not.toThrow();
  });
});

describe("what core accepts and PostgreSQL would not", () => {
  it.each([
    { type: "table", text: "-- nothing\n" },
    { type: "view", text: "/* nothing\n */" },
    { type: "incremental", text: "" },
    { type: "incremental", text: `\${when(!incremental(), "select 1")}` },
    { type: "assertion", text: "\n\n" },
  ])("an empty query of a $type ($text) is an error", async ({ type, text }) => {
    const { errors } = await compileErrors({
      "definitions/a.sqlx": `config { type: "${type}" }\n${text}`,
    });
    expect(errors).toHaveLength(1);
    expect(errors[0]?.fileName).toBe("definitions/a.sqlx");
    expect(errors[0]?.message).toContain("The query is empty");
  });

  it("a name of more than 63 bytes is an error", async () => {
    const name = "é".repeat(32);
    const { thrown } = await compileErrors({
      "definitions/a.sqlx": `config {\n  type: "table",\n  name: "${name}"\n}\nselect 1`,
      "definitions/b.sqlx": `config { type: "table", name: "${"b".repeat(63)}" }\nselect 1`,
    });
    expect(thrown.message).toContain(`definitions/a.sqlx:3: The name "${name}" is 64 bytes long`);
    expect(thrown.message).not.toContain("definitions/b.sqlx");
  });

  it.each([
    { what: "a blank at the end", other: "café " },
    { what: "another encoding of é", other: "cafe\u0301" },
    { what: "a character that nobody sees", other: "ca\u200bfé" },
    { what: "a wider blank", other: "café\u00a0" },
  ])("two names that differ by $what are an error", async ({ other }) => {
    const { thrown, errors } = await compileErrors({
      "definitions/a.sqlx": 'config { type: "view", name: "café" }\nselect 1',
      "definitions/b.sqlx": `config { type: "view", name: "${other}" }\nselect 1`,
    });
    expect(errors).toHaveLength(1);
    expect(thrown.message).toMatch(/definitions\/b\.sqlx:1: "shop\.caf.*" look the same/);
  });

  it("an Iceberg table and a property graph are not supported", async () => {
    const { thrown, errors } = await compileErrors({
      "definitions/a.sqlx": 'config { type: "table", iceberg: { bucketName: "b" } }\nselect 1',
      "definitions/deep/graph.yaml": "name: g",
    });
    expect(errors).toHaveLength(2);
    expect(thrown.code).toBe("UNSUPPORTED_ACTION");
    expect(thrown.message).toContain("definitions/a.sqlx:1: An Iceberg table cannot run");
    expect(thrown.message).toContain("definitions/deep/graph.yaml: A property graph cannot run");
    const inYaml = await compileErrors({
      "definitions/actions.yaml": "actions:\n  - propertyGraph:\n      name: g",
    });
    expect(inYaml.thrown.message).toContain("definitions/actions.yaml:2: A property graph cannot");
  });

  it("a control character in a name is an error", async () => {
    const { thrown } = await compileErrors({
      "definitions/a.sqlx": 'config { type: "view", schema: "a\\u0000b" }\nselect 1',
    });
    expect(thrown.message).toContain('The schema "a\\u0000b" holds a control character');
  });

  it("an action without a schema is an error", async () => {
    const { thrown } = await compileErrors({
      "dataform.json": "{}",
      "definitions/a.sqlx": `${table}select 1`,
    });
    expect(thrown.message).toContain("The action has no schema: set defaultSchema");
  });

  it("a notebook is not supported, unless disabled", async () => {
    const notebook = (name: string) => `  - notebook:\n      filename: ${name}.ipynb\n`;
    const { thrown, errors } = await compileErrors({
      "definitions/actions.yaml": `actions:\n${notebook("on")}${notebook("off")}      disabled: true\n`,
      "definitions/on.ipynb": '{"cells": []}',
      "definitions/off.ipynb": '{"cells": []}',
    });
    expect(errors).toHaveLength(1);
    expect(thrown.code).toBe("UNSUPPORTED_ACTION");
    expect(thrown.message).toContain("definitions/on.ipynb: A notebook cannot run on PostgreSQL");
  });

  it("a data preparation is not supported", async () => {
    const { thrown } = await compileErrors({
      "definitions/prepared.sqlx": 'config { type: "dataPreparation" }\nfrom shop.orders',
    });
    expect(thrown.code).toBe("UNSUPPORTED_ACTION");
    expect(thrown.message).toContain("definitions/prepared.sqlx:1: A data preparation cannot run");
  });
});
