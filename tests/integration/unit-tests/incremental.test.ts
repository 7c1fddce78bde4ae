import { randomUUID } from "node:crypto";
import { beforeEach, describe, expect, it } from "vitest";
import type { Database } from "../../../runner/database/database.ts";
import { compileInWorker } from "../../support/compile-project.ts";
import { temporaryProject } from "../../support/temporary-project.ts";
import { anyServer, createDatabase } from "../../support/test-database.ts";
import { openTestDatabase, testFiles } from "./test-files.ts";

const source = `config { type: "declaration", name: "source" }`;

describe.each(anyServer())("a unit test of an incremental table on $name", (server) => {
  let database: Database;
  let databaseUrl: string;

  beforeEach(async () => {
    const { url, drop } = await createDatabase(server);
    databaseUrl = url;
    database = await openTestDatabase(url);
    return async () => {
      await database.close();
      await drop();
    };
  });

  /** Tests a table that takes days from the source that are newer than its newest one. */
  async function test(options: { config?: string; inputs: string; expected: string }) {
    const { config = "", inputs, expected } = options;
    const { tests } = await testFiles(database, {
      "source.sqlx": source,
      "daily.sqlx": `config { type: "incremental"${config} }
select day, app, total from \${ref("source")}
\${when(incremental(), \`where day >= (select max(day) from \${self()})\`)}`,
      "daily_test.sqlx": `config { type: "test", dataset: "daily" }\n${inputs}\n${expected}`,
    });
    const [result] = tests;
    if (!result) throw new Error("there is no result");
    return result;
  }

  const values = (...rows: string[]) =>
    `select * from (values ${rows.join(", ")}) as t (day, app, total)`;
  const inputs = `
input "daily" {
  ${values("(1, 'a', 10)", "(2, 'a', 20)")}
}
input "source" {
  ${values("(1, 'a', 11)", "(2, 'a', 22)", "(3, 'a', 30)")}
}`;

  it("without rows of its own is the first build", async () => {
    const result = await test({
      inputs: `input "source" {\n${values("(1, 'a', 11)")}\n}`,
      expected: values("(1, 'a', 11)"),
    });
    expect(result).toMatchObject({ status: "passed" });
  });

  it("compares the whole table after the append", async () => {
    const result = await test({
      inputs,
      expected: values("(1, 'a', 10)", "(2, 'a', 20)", "(2, 'a', 22)", "(3, 'a', 30)"),
    });
    expect(result).toMatchObject({ status: "passed" });
  });

  it("compares the whole table after the merge", async () => {
    const result = await test({
      config: `, uniqueKey: ["day", "app"]`,
      inputs,
      expected: values("(1, 'a', 10)", "(2, 'a', 22)", "(3, 'a', 30)"),
    });
    expect(result).toMatchObject({ status: "passed" });
  });

  it("catches a uniqueKey that is too narrow", async () => {
    const result = await test({
      config: `, uniqueKey: ["app"]`,
      inputs: `
input "daily" {
  ${values("(1, 'a', 10)")}
}
input "source" {
  ${values("(2, 'a', 22)")}
}`,
      expected: values("(1, 'a', 10)", "(2, 'a', 22)"),
    });
    expect(result).toMatchObject({ status: "failed", difference: { missingRows: 1 } });
  });

  it("reports a key that stands twice among the new rows as the run does", async () => {
    const result = await test({
      config: `, uniqueKey: ["app"]`,
      inputs,
      expected: values("(1, 'a', 1)"),
    });
    expect(result.error).toMatchObject({
      part: "the model",
      fileName: "definitions/daily.sqlx",
      message: expect.stringContaining("not unique by (app)"),
    });
  });

  it("adds a new column as onSchemaChange says", async () => {
    const result = await test({
      config: `, onSchemaChange: "EXTEND"`,
      inputs: `
input "daily" {
  select 1 as day, 'a' as app
}
input "source" {
  ${values("(2, 'a', 22)")}
}`,
      expected: values("(1, 'a', null)", "(2, 'a', 22)"),
    });
    expect(result).toMatchObject({ status: "passed" });
  });

  const days = (...rows: string[]) =>
    `select day::date, app, total from (values ${rows.join(", ")}) as t (day, app, total)`;

  const nativeByDay = `, postgres: { partitionBy: { column: "day", range: "day" } }`;

  const overwriteFiles = (settings: string) => ({
    "source.sqlx": source,
    "daily.sqlx": `config {
  type: "incremental",
  incrementalStrategy: "INSERT_OVERWRITE",
  partitionBy: "day"${settings}
}
select day, app, total from \${ref("source")}
\${when(incremental(), \`where day >= (select max(day) from \${self()})\`)}`,
    "daily_test.sqlx": `config { type: "test", dataset: "daily" }
input "daily" {
  ${days("('2026-01-01', 'a', 10)", "('2026-01-02', 'a', 20)", "('2026-01-02', 'b', 21)")}
}
input "source" {
  ${days("('2026-01-01', 'a', 11)", "('2026-01-02', 'a', 22)", "('2026-01-03', 'a', 30)")}
}
${days("('2026-01-01', 'a', 10)", "('2026-01-02', 'a', 22)", "('2026-01-03', 'a', 30)")}`,
  });

  it.each([
    ["a plain table", ""],
    ["a natively partitioned table", nativeByDay],
  ])("compares the whole table after the overwrite of %s", async (_, settings) => {
    const { tests } = await testFiles(database, overwriteFiles(settings));
    expect(tests[0]).toMatchObject({ status: "passed" });
  });

  it("runs the pre-operations against the rows that are there", async () => {
    const { tests } = await testFiles(database, {
      "source.sqlx": source,
      "daily.sqlx": `config { type: "incremental" }
pre_operations {
  \${when(incremental(), \`delete from \${self()} where day >= 2\`)}
}
select day, app, total from \${ref("source")}
\${when(incremental(), "where day >= 2")}`,
      "daily_test.sqlx": `config { type: "test", dataset: "daily" }${inputs}
${values("(1, 'a', 10)", "(2, 'a', 22)", "(3, 'a', 30)")}`,
    });
    expect(tests[0]).toMatchObject({ status: "passed" });
  });

  it("needs no other right than that to make temporary tables", async () => {
    const role = `tester_${randomUUID().replaceAll("-", "")}`;
    await database.query(`create role ${role} login password 'secret'`);
    await database.query("revoke create on schema public from public");
    const url = databaseUrl.replace(/\/\/[^@]*@/, `//${role}:secret@`);
    const theirs = await openTestDatabase(url);
    try {
      const { tests } = await testFiles(theirs, overwriteFiles(nativeByDay));
      expect(tests[0]).toMatchObject({ status: "passed" });
      await expect(theirs.query("create table public.x ()")).rejects.toThrow("permission denied");
    } finally {
      await theirs.close();
      await database.query(`drop role ${role}`);
    }
  });

  it("does not keep other commands from compiling the project", async () => {
    const { folder } = temporaryProject({
      "source.sqlx": source,
      "daily.sqlx": `config { type: "incremental" }\nselect id from \${ref("source")} as source`,
      "daily_test.sqlx": `config { type: "test", dataset: "daily" }
input "source" {
  select 1 as id
}
select 2 as id`,
      "unit_tests/other_test.sqlx": "config { nonsense }",
    });
    const graph = await compileInWorker({ projectDir: folder });
    expect(graph.graphErrors?.compilationErrors ?? []).toEqual([]);
    expect(graph.unitTests).toBeUndefined();
    expect(graph.tests).toMatchObject([
      { testQuery: "\nselect id from (\n  select 1 as id\n) as source" },
    ]);
  });

  it("may stand in unit_tests/, which no other command reads", async () => {
    const { tests } = await testFiles(database, {
      "daily.sqlx": `config { type: "incremental" }\nselect 1 as id`,
      "unit_tests/daily_test.sqlx": `config { type: "test", dataset: "daily" }\nselect 1 as id`,
    });
    expect(tests[0]).toMatchObject({ status: "passed", fileName: "unit_tests/daily_test.sqlx" });
    const failing = testFiles(database, {
      "unit_tests/daily.sqlx": `config { type: "view" }\nselect 1 as id`,
    });
    await expect(failing).rejects.toThrow(
      "unit_tests/daily.sqlx:1: unit_tests/ may hold nothing but tests",
    );
  });
});
