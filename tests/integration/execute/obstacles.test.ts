import { describe, expect, it } from "vitest";
import type { RunConfig } from "../../../runner/plan/run-config.ts";
import { errorOf, resultOf, runInDatabase } from "../../support/run-in-database.ts";
import { validateProject } from "../../support/run-project.ts";
import { type TemporaryProject, temporaryProject } from "../../support/temporary-project.ts";
import { serversByVersion } from "../../support/test-database.ts";

const merge = 'type: "incremental", uniqueKey: ["a"]';
const overwrite =
  'type: "incremental", incrementalStrategy: "INSERT_OVERWRITE", bigquery: { partitionBy: "a" }';
const model = (config: string, query = "select 1 as a, 1 as v") => `config { ${config} }\n${query}`;

// Obstacles to writing to a table are found by one function, so the plan reports what the run would.
describe.each(serversByVersion())("obstacles of a table, on $name,", (server) => {
  const open = async () => {
    const db = await runInDatabase(server);
    /** Plans and runs; gives what went wrong, which both have to agree on. */
    const both = async (project: TemporaryProject, runConfig: RunConfig = {}) => {
      const { findings } = await validateProject({
        ...{ projectDir: project.folder, database: db.database, runConfig },
      });
      const result = await db.run(project, runConfig);
      const planned = findings.actions.map(({ target, status, error }) => [
        target.name,
        status === "checked" ? "fine" : (error?.message ?? status),
      ]);
      const done = result.actions.map(({ target, status }) => [
        target.name,
        status === "successful" ? "fine" : errorOf(result, target.name)?.message,
      ]);
      expect(Object.fromEntries(planned)).toEqual(Object.fromEntries(done));
      return { failures: Object.fromEntries(done), result };
    };
    return { ...db, both };
  };
  const apart = (name: string) =>
    `the rows of shop.${name} cannot be changed: the publication all_of_it has to tell its old rows apart`;

  it("a publication of everything: tables are swapped, a merge without a key is refused at once", async () => {
    const { database, both, rows } = await open();
    await database.query("create publication all_of_it for all tables");
    const project = temporaryProject({
      "whole.sqlx": model('type: "table"'),
      "added.sqlx": model('type: "incremental"'),
      "merged.sqlx": model(merge),
      "keyed.sqlx": model(`${merge}, postgres: { primaryKey: ["a"] }`),
      "own_key.sqlx": `${model(merge)}\npost_operations {\n  \${when(!incremental(), \`alter table \${self()} add primary key (a)\`)}\n}`,
      "sliced.sqlx": model(overwrite),
    });
    const expected = {
      ...{ whole: "fine", added: "fine", keyed: "fine", own_key: "fine" },
      ...{ merged: apart("merged"), sliced: apart("sliced") },
    };
    for (const _ of ["first", "second", "third"]) {
      const { failures, result } = await both(project);
      expect(failures).toEqual(expected);
      expect(errorOf(result, "merged")?.hint).toContain("postgres.primaryKey");
    }
    expect(
      await rows(
        "select count(*) from shop.whole union all select count(*) from shop.added union all select count(*) from shop.keyed",
      ),
    ).toEqual([["1"], ["3"], ["1"]]);
  });

  it("publications that come later, with filters, of schemas, of inserts only", async () => {
    const { database, both } = await open();
    const names = ["plain", "filtered", "inserts", "full", "whole", "in_place", "sliced"];
    const configs: Record<string, string> = {
      whole: 'type: "table"',
      in_place: 'type: "table", postgres: { replace: "inPlace" }',
      sliced: overwrite,
      filtered: `${merge}, postgres: { primaryKey: ["a"] }`,
    };
    const project = temporaryProject(
      Object.fromEntries(names.map((name) => [`${name}.sqlx`, model(configs[name] ?? merge)])),
    );
    await both(project);
    await database.query(`
      create publication old_ones for table shop.plain, shop.whole, shop.in_place, shop.sliced, shop.full;
      create publication part for table shop.filtered where (v > 0);
      create publication news for table shop.inserts with (publish = 'insert');
      alter table shop.full replica identity full`);
    const { failures, result } = await both(project);
    expect(failures).toMatchObject({ inserts: "fine", full: "fine", whole: "fine" });
    for (const name of ["plain", "filtered", "sliced", "in_place"]) {
      expect(failures[name]).toMatch(
        /cannot be (changed|replaced in place): cannot (update|delete from) table/,
      );
      expect(errorOf(result, name)?.hint).toContain("replica identity full");
    }
    expect(resultOf(result, "whole")?.tasks[0]?.replacement).toContain("swapped");
    await database.query(`
      create schema later;
      create publication all_of_it for tables in schema later`);
    const first = temporaryProject({ "new_one.sqlx": model(`schema: "later", ${merge}`) });
    expect((await both(first)).failures).toEqual({
      new_one: apart("new_one").replace("shop.", "later."),
    });
  });

  it("names that a sequence, an index or a type has", async () => {
    const { database, both } = await open();
    await database.query(`
      create schema shop;
      create sequence shop.sequenced;
      create type shop.composed as (a int);
      create type shop.listed as enum ('x');
      create table shop.other (a int); create index indexed on shop.other (a)`);
    const names = ["sequenced", "composed", "listed", "indexed"];
    const project = temporaryProject(
      Object.fromEntries(names.map((name) => [`${name}.sqlx`, model('type: "table"')])),
    );
    const { failures } = await both(project);
    expect(failures).toEqual({
      sequenced: "shop.sequenced cannot be made: a sequence of that name is there",
      composed: "shop.composed cannot be made: a composite type of that name is there",
      listed: "shop.listed cannot be made: a type of that name is there",
      indexed: "shop.indexed cannot be made: an index of that name is there",
    });
  });

  it("rules, typed tables, policies, and columns that may not change", async () => {
    const { database, both } = await open();
    const project = temporaryProject({
      "ruled.sqlx": model(merge),
      "lost.sqlx": model('type: "incremental"'),
      "whole.sqlx": model('type: "table"'),
      "in_place.sqlx": model('type: "table", postgres: { replace: "inPlace" }'),
      "policed.sqlx": model(`${merge}, onSchemaChange: "SYNCHRONIZE"`),
      "typed.sqlx": model(`${merge}, onSchemaChange: "EXTEND"`),
      "fine.sqlx": model(`${merge}, onSchemaChange: "SYNCHRONIZE"`),
    });
    await both(project);
    await database.query(`
      create rule log as on update to shop.ruled do also notify changed;
      create rule lose as on insert to shop.lost do instead nothing;
      create rule lose as on delete to shop.whole do instead nothing;
      create policy few on shop.policed using (v > 0);
      drop table shop.typed;
      create type shop.shape as (a int, v int);
      create table shop.typed of shop.shape`);
    for (const name of ["policed", "fine"]) {
      project.write(
        `definitions/${name}.sqlx`,
        model(`${merge}, onSchemaChange: "SYNCHRONIZE"`, "select 1 as a, 2::bigint as v"),
      );
    }
    project.write(
      "definitions/typed.sqlx",
      model(`${merge}, onSchemaChange: "EXTEND"`, "select 1 as a, 1 as v, 1 as w"),
    );
    project.write(
      "definitions/in_place.sqlx",
      model('type: "table", postgres: { replace: "inPlace" }', "select 1 as b"),
    );
    const { failures } = await both(project);
    expect(failures).toEqual({
      ruled: expect.stringContaining("a merge takes no rules, such as log"),
      lost: expect.stringContaining("the rule lose acts instead of each write"),
      whole: expect.stringContaining("the rule lose acts instead of each write"),
      in_place: expect.stringContaining('replace is "inPlace"'),
      policed: expect.stringContaining('the column "v" is used by the policy few'),
      typed: expect.stringContaining("it is a typed table of shop.shape"),
      fine: "fine",
    });
  });
});
