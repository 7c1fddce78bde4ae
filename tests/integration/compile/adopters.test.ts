import { cpSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { compileInWorker } from "../../support/compile-project.ts";
import { inPostgres, keptFromDataformCli, withCore } from "../../support/official-command.ts";
import { withoutRules } from "../../support/without-rules.ts";
import { writeProject } from "./write-project.ts";

const projects = path.resolve(import.meta.dirname, "../../fixtures/adopters");

async function compile(projectDir: string) {
  const notices: string[] = [];
  const graph = await compileInWorker({ projectDir, onNotice: (text) => notices.push(text) });
  return { graph, notices, errors: graph.graphErrors?.compilationErrors ?? [] };
}

it("compiles what Dataform 3 compiles, block for block, to the same graph", async () => {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), "dataform-adopters-")));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const projectDir = withCore(path.join(folder, "project"), (copy) =>
    cpSync(path.join(projects, "compiles-alike"), copy, { recursive: true }),
  );
  const theirs = await keptFromDataformCli(projectDir, [], "adopters-compile-alike");
  const { graph, notices, errors } = await compile(projectDir);
  expect(errors).toEqual([]);
  expect({ ...withoutRules(graph), graphErrors: {} }).toEqual({
    ...(inPostgres(theirs) as object),
    graphErrors: {},
  });
  expect(notices).toEqual([
    "definitions/orders.sqlx: there is more than one block pre_operations, post_operations; the last one counts, as in Dataform. Put the others into it",
    "definitions/twice.sqlx: there is more than one block config; the last one counts, as in Dataform. Put the others into it",
  ]);
});

it("names in one line each what Dataform 1 and 2 read and nothing reads now", async () => {
  const { graph, notices, errors } = await compile(path.join(projects, "dataform-1-and-2"));
  expect(errors).toEqual([]);
  expect(graph.targets?.map(({ name }) => name).sort()).toEqual(["customers", "orders", "totals"]);
  const beginnings = [
    "package.json: asks for @dataform/core 2.9.0; the project is compiled with 3.",
    "dataform.json: useRunCache, gcloudProjectId are settings of Dataform 2 and ignored",
    "snowflake: { … } of Dataform 2 has no meaning on PostgreSQL and is ignored (definitions/customers.sqlx and 1 more)",
    "redshift: { … } of Dataform 2 has no meaning on PostgreSQL and is ignored (definitions/orders.sqlx)",
    "definitions/old/daily.assert.sql and 1 more: not read: Dataform 1 read .sql files",
    "definitions/upper.SQLX: not read: write the ending in small letters",
    "models/elsewhere.sqlx: not read: .sqlx files are read in definitions/",
    "definitions/actions.yml: not read: the file has to be named actions.yaml",
    "environments.json and 1 more: not read: it is a setting of the hosted Dataform",
  ];
  expect(notices).toHaveLength(beginnings.length);
  for (const [index, beginning] of beginnings.entries()) {
    expect(notices[index]?.slice(0, beginning.length)).toBe(beginning);
  }
});

it("says of what Dataform 2 or a newer version knows that this is why it is refused", async () => {
  const { errors } = await compile(
    writeProject({
      "definitions/a.sqlx": 'config { type: "inline" }\nselect 1',
      "definitions/b.js": 'publish("b").config({ type: "table" }).query("select 1");',
      "definitions/c.sqlx": 'config { type: "view", lineage: { on: true } }\nselect 1',
      "definitions/d.sqlx":
        "config { type: 'view' }\nselect * from \u0024{ref('c')}, \u0024{ref('b')}",
    }),
  );
  expect(errors.map(({ fileName, message }) => `${fileName}: ${message}`)).toEqual([
    expect.stringMatching(/^definitions\/a\.sqlx: type: "inline" is of Dataform 2: make it a view/),
    expect.stringMatching(/^definitions\/b\.js: .*\.config is not a function: it is of Dataform 2/),
    expect.stringMatching(/^definitions\/c\.sqlx: "lineage" is a setting of a newer version/),
  ]);
});

it("asks for a name and a schema in the database only of what is there", async () => {
  const long = "x".repeat(70);
  const { graph, errors, notices } = await compile(
    writeProject({
      "dataform.json": '{ "assertionSchema": "checks" }',
      [`definitions/${long}.sqlx`]: 'config { type: "operations" }\nselect 1',
      "definitions/off.sqlx": 'config { type: "table", disabled: true }\nselect 1',
      "definitions/check.sqlx": `config { type: "assertion", name: "${long}y" }\nselect 1 where false`,
      "definitions/comment.sqlx":
        'config { type: "table", schema: "s" }\nselect 1 as a, \'--\' as b\n-- a comment that ends in a semicolon;',
      "definitions/last.sqlx": `config { type: "operations", dependencies: ["${long}y"] }\nselect 1`,
    }),
  );
  expect(errors).toEqual([]);
  const [assertion] = graph.assertions ?? [];
  expect(assertion?.target.name).toMatch(/^x{54}_[0-9a-f]{8}$/);
  expect(graph.operations?.find(({ target }) => target.name === "last")?.dependencyTargets).toEqual(
    [assertion?.target],
  );
  expect(notices).toEqual([
    `definitions/check.sqlx: PostgreSQL keeps 63 bytes of a name; the assertion ${long}y is called ${assertion?.target.name} in the database`,
  ]);
});

it.each([
  { core: "3.0.62", isTold: false },
  { core: "^3.0.0", isTold: false },
  { core: "3.x", isTold: false },
  { core: "latest", isTold: false },
  { core: "3.0.36", isTold: true },
  { core: "^2.9.0", isTold: true },
  { core: "~3.1.0", isTold: true },
  { core: "https://example.org/core.tgz", isTold: true },
])(
  "tells of a package.json with core $core that another version compiles: $isTold",
  async ({ core, isTold }) => {
    const { notices } = await compile(
      writeProject({
        "package.json": JSON.stringify({ dependencies: { "@dataform/core": core } }),
      }),
    );
    expect(
      notices.some((text) => text.startsWith(`package.json: asks for @dataform/core ${core}`)),
    ).toBe(isTold);
  },
);
