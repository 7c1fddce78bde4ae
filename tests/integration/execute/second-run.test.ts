import { describe, expect, it } from "vitest";
import { errorOf, runInDatabase, statusesOf } from "../../support/run-in-database.ts";
import { validateProject } from "../../support/run-project.ts";
import { type TemporaryProject, temporaryProject } from "../../support/temporary-project.ts";
import { anyServer } from "../../support/test-database.ts";

// What a second run would fail at is either done by it, or refused by the first run and the plan.
describe.each(anyServer())("a second run, on $name,", (server) => {
  const open = async () => {
    const db = await runInDatabase(server);
    const plan = async (project: TemporaryProject) => {
      const { findings } = await validateProject({
        projectDir: project.folder,
        database: db.database,
      });
      return Object.fromEntries(
        findings.actions.map(({ target, status, error }) => [
          target.name,
          status === "failed" ? error?.message : status,
        ]),
      );
    };
    return { ...db, plan };
  };

  it("works beside temporary tables of the author with any name", async () => {
    const { run, rows } = await open();
    const project = temporaryProject({
      "same.sqlx": `config { type: "incremental", uniqueKey: ["a"], assertions: { rowConditions: ["a > 0"] } }
        pre_operations { create temp table same as select 1 as a; create temp table "dataform_stage" as select 2 as b;
          create temp table dataform_gate as select 1; create temp table dataform_difference as select 1 }
        select a from pg_temp.same`,
      "table.sqlx": `config { type: "table", postgres: { primaryKey: ["a"] }, assertions: { uniqueKey: ["a"] } }
        pre_operations { create temp view "table" as select 3 as a; create temp table dataform_stage as select 3 as a }
        select a from pg_temp."table"`,
    });
    for (const _ of ["first", "second"]) {
      const result = await run(project);
      expect(new Set(Object.values(statusesOf(result)))).toEqual(new Set(["successful"]));
    }
    expect(await rows('select a from shop.same union all select a from shop."table"')).toEqual([
      ["1"],
      ["3"],
    ]);
  });

  // Each row compared with each would take longer than any test may.
  it("finds in one pass that the rows of a table are what its query gives", async () => {
    const { run, rows } = await open();
    const query = "select n from generate_series(1, 60000) as n";
    const project = temporaryProject({ "many.sqlx": `config { type: "table" } ${query}` });
    await run(project);
    const version = () => rows("select distinct xmin from shop.many");
    const before = await version();
    expect((await run(project)).status).toBe("successful");
    expect(await version()).toEqual(before);
  });

  it("works whatever the text of a query ends with", async () => {
    const { run, rows, plan } = await open();
    const endings = ["; -- comment", "-- comment", " /* ; */ ; /* end */"];
    const files = (value: number) =>
      endings.flatMap((ending, index) => [
        [
          `m${index}.sqlx`,
          `config { type: "view", materialized: true }\nselect ${value} as a ${ending}`,
        ],
        [
          `i${index}.sqlx`,
          `config { type: "incremental" }\nselect ${value} as a ${ending}\n\nincremental_where { a > 0 }`,
        ],
        [`t${index}.sqlx`, `config { type: "table" }\nselect ${value} as a ${ending}`],
        [`v${index}.sqlx`, `config { type: "view" }\nselect ${value} as a ${ending}`],
      ]) as [string, string][];
    const project = temporaryProject(Object.fromEntries(files(1)));
    for (const value of [1, 1, 2]) {
      for (const [path, text] of files(value)) project.write(`definitions/${path}`, text);
      expect(new Set(Object.values(await plan(project)))).toEqual(new Set(["checked"]));
      expect(new Set(Object.values(statusesOf(await run(project))))).toEqual(
        new Set(["successful"]),
      );
    }
    expect(await rows("select a from shop.m0 union all select count(*) from shop.i0")).toEqual([
      ["2"],
      ["3"],
    ]);
  });

  it("is told before it: keys without equality, columns that are not there, and no columns at all", async () => {
    const { run, rows, plan } = await open();
    const keyed = (key: string, query: string) =>
      `config { type: "incremental", uniqueKey: ["${key}"] }\n${query}`;
    const sliced = (key: string, query: string) =>
      `config { type: "incremental", incrementalStrategy: "INSERT_OVERWRITE", bigquery: { partitionBy: "${key}" } }\n${query}`;
    const project = temporaryProject({
      "json_key.sqlx": keyed("j", "select '{}'::json as j"),
      "jsons_key.sqlx": keyed("j", "select array['{}'::json] as j"),
      "xml_key.sqlx": keyed("x", "select '<a/>'::xml as x"),
      "point_key.sqlx": keyed("p", "select '(1,2)'::point as p"),
      "json_slice.sqlx": sliced("j", "select '{}'::json as j"),
      "no_key.sqlx": keyed("missing", "select 1 as a"),
      "no_slice.sqlx": sliced("missing", "select 1 as a"),
      "nothing.sqlx": 'config { type: "table" }\nselect',
      "nothing_added.sqlx": 'config { type: "incremental" }\nselect',
    });
    const expected = {
      ...Object.fromEntries(
        ["json_key", "jsons_key", "xml_key", "point_key", "json_slice"].map((name) => [
          name,
          expect.stringMatching(/of shop\.\w+, whose type \S+ has no equality/),
        ]),
      ),
      no_key: expect.stringContaining('uniqueKey names the column "missing"'),
      no_slice: expect.stringContaining('partitionBy names the column "missing"'),
      nothing: expect.stringContaining("gives no columns"),
      nothing_added: expect.stringContaining("gives no columns"),
    };
    expect(await plan(project)).toEqual(expected);
    const result = await run(project);
    const messages = result.actions.map(({ target }) => [
      target.name,
      errorOf(result, target.name)?.message,
    ]);
    expect(Object.fromEntries(messages)).toEqual(expected);
    expect(
      await rows("select relname from pg_class where relnamespace = 'shop'::regnamespace"),
    ).toEqual([]);
  });

  it("leaves columns that others added and that fill themselves, and the plan says the same", async () => {
    const { run, rows, plan, database } = await open();
    const how = ["IGNORE", "FAIL", "EXTEND", "SYNCHRONIZE"];
    const names = [...how.map((each) => each.toLowerCase()), "whole"];
    const project = temporaryProject({
      ...Object.fromEntries(
        how.map((each) => [
          `${each.toLowerCase()}.sqlx`,
          `config { type: "incremental", uniqueKey: ["a"], onSchemaChange: "${each}" }\nselect 1 as a, 'x' as b`,
        ]),
      ),
      "whole.sqlx": `config { type: "table" }\nselect 1 as a, 'x' as b`,
    });
    await run(project);
    await database.query(
      names
        .map(
          (name) => `alter table shop.${name} add column id int generated always as identity,
          add column at text default 'now', add column twice int generated always as (a * 2) stored`,
        )
        .join(";"),
    );
    const all = (value: string) => Object.fromEntries(names.map((name) => [name, value]));
    expect(await plan(project)).toEqual(all("checked"));
    expect(statusesOf(await run(project))).toEqual(all("successful"));
    for (const name of names) {
      expect(await rows(`select a, b, at, twice from shop.${name}`)).toEqual([
        ["1", "x", "now", "2"],
      ]);
    }
  });
});
