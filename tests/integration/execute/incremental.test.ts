import { beforeEach, describe, expect, it } from "vitest";
import type { Database } from "../../../runner/database/database.ts";
import { forbidCascades } from "../../support/forbid-cascades.ts";
import { openTestDatabase } from "../../support/opened-database.ts";
import { runProject } from "../../support/run-project.ts";
import { temporaryProject } from "../../support/temporary-project.ts";
import { serversByVersion } from "../../support/test-database.ts";

describe.each(serversByVersion())("an incremental table on $name", (server) => {
  let database: Database;

  beforeEach(async () => {
    ({ database } = await openTestDatabase(server));
    await database.query("create table public.source (id int, part text, value int, doc json)");
    return forbidCascades(database);
  });

  const rows = async (sql: string) => (await database.query(sql)).rows;

  /** A project with one incremental table that reads everything in public.source, and a way to run it. */
  function incremental(config: string, select = "id, part, value") {
    const sqlx = (columns: string) =>
      `config { type: "incremental"${config} }\nselect ${columns} from public.source`;
    const project = temporaryProject({ "facts.sqlx": sqlx(select) });
    const run = async (fullRefresh = false) => {
      const options = { projectDir: project.folder, database, runConfig: { fullRefresh } };
      const [action] = (await runProject(options)).actions;
      return action?.tasks.find(({ type }) => type === "publish");
    };
    return { run, selects: (columns: string) => project.write("facts.sqlx", sqlx(columns)) };
  }

  it("updates rows by key, adds new ones and leaves equal ones alone", async () => {
    const { run } = incremental(`, uniqueKey: ["id"]`);
    await database.query("insert into public.source values (1, 'a', 1), (2, 'b', 2)");
    await run();
    const untouched = await rows("select xmin from shop.facts where id = 2");
    await database.query("update public.source set value = 10 where id = 1");
    await database.query("insert into public.source values (3, 'c', 3)");
    expect((await run())?.rowCount).toBe(2);
    expect(await rows("select id, value from shop.facts order by id")).toEqual([
      ["1", "10"],
      ["2", "2"],
      ["3", "3"],
    ]);
    expect(await rows("select xmin from shop.facts where id = 2")).toEqual(untouched);
  });

  it("takes NULL for a key like any other", async () => {
    const { run } = incremental(`, uniqueKey: ["id", "part"]`);
    await database.query("insert into public.source values (1, null, 1), (null, null, 5)");
    await run();
    await database.query("update public.source set value = value + 1");
    expect((await run())?.rowCount).toBe(2);
    expect(await rows("select id, value from shop.facts order by id")).toEqual([
      ["1", "2"],
      [null, "6"],
    ]);
  });

  it("refuses new rows that are not unique by the key, names the key and changes nothing", async () => {
    const { run } = incremental(`, uniqueKey: ["id"]`);
    await database.query("insert into public.source values (1, 'a', 1)");
    await run();
    await database.query("insert into public.source values (7, 'b', 2), (7, 'c', 3)");
    const task = await run();
    expect(task?.status).toBe("failed");
    expect(task?.error?.message).toContain("(7) 2 times");
    expect(await rows("select id from shop.facts")).toEqual([["1"]]);
  });

  it("names a key column that the query does not give", async () => {
    const { run } = incremental(`, uniqueKey: ["nope"]`);
    await run();
    expect((await run())?.error?.message).toContain('"nope"');
  });

  it("compares columns whose type has no equality", async () => {
    const { run } = incremental(`, uniqueKey: ["id"]`, "id, doc");
    await database.query(`insert into public.source values (1, 'a', 1, '{"a": 1}')`);
    await run();
    expect((await run())?.rowCount).toBe(0);
    await database.query(`update public.source set doc = '{"a": 2}'`);
    expect((await run())?.rowCount).toBe(1);
  });

  it("merges a table that consists of its key", async () => {
    const { run } = incremental(`, uniqueKey: ["id"]`, "id");
    await database.query("insert into public.source values (1)");
    await run();
    expect((await run())?.rowCount).toBe(0);
  });

  it("appends without a key", async () => {
    const { run } = incremental("");
    await database.query("insert into public.source values (1, 'a', 1)");
    await run();
    await run();
    expect(await rows("select count(*) from shop.facts")).toEqual([["2"]]);
    await run(true);
    expect(await rows("select count(*) from shop.facts")).toEqual([["1"]]);
  });

  it("writes columns by name, also when the query lists them in another order", async () => {
    const { run, selects } = incremental(`, uniqueKey: ["id"]`, "id, value");
    await database.query("insert into public.source values (1, 'a', 5)");
    await run();
    selects("value + 1 as value, id");
    await run();
    expect(await rows("select id, value from shop.facts")).toEqual([["1", "6"]]);
  });

  it.each([
    ["IGNORE", [["1", "5"]], "successful"],
    ["FAIL", [["1", "5"]], "failed"],
    ["EXTEND", [["1", "5", "a"]], "successful"],
    ["SYNCHRONIZE", [["1", "5", "a"]], "successful"],
  ])("with onSchemaChange %s meets a new column", async (policy, expected, status) => {
    const { run, selects } = incremental(
      `, uniqueKey: ["id"], onSchemaChange: "${policy}"`,
      "id, value",
    );
    await database.query("insert into public.source values (1, 'a', 5)");
    await run();
    selects("id, value, part");
    expect((await run())?.status).toBe(status);
    expect(await rows("select * from shop.facts")).toEqual(expected);
  });

  it.each([
    ["IGNORE", [["1", "5"]], "successful"],
    ["FAIL", [["1", "5"]], "failed"],
    ["EXTEND", [["1", "5"]], "failed"],
    ["SYNCHRONIZE", [["1"]], "successful"],
  ])("with onSchemaChange %s meets a column that is gone", async (policy, expected, status) => {
    const { run, selects } = incremental(
      `, uniqueKey: ["id"], onSchemaChange: "${policy}"`,
      "id, value",
    );
    await database.query("insert into public.source values (1, 'a', 5)");
    await run();
    selects("id");
    expect((await run())?.status).toBe(status);
    expect(await rows("select * from shop.facts")).toEqual(expected);
  });

  it.each([
    ["IGNORE", "integer", "successful"],
    ["EXTEND", "integer", "successful"],
    ["FAIL", "integer", "failed"],
    ["SYNCHRONIZE", "bigint", "successful"],
  ])("with onSchemaChange %s meets a column of another type", async (policy, type, status) => {
    const { run, selects } = incremental(
      `, uniqueKey: ["id"], onSchemaChange: "${policy}"`,
      "id, value",
    );
    await database.query("insert into public.source values (1, 'a', 5)");
    await run();
    await database.query("create view public.mine as select id, value from shop.facts");
    selects("id::text::bigint as id, (value + 1)::bigint as value");
    const task = await run();
    expect(task?.status).toBe(status);
    if (status === "failed") {
      expect(task?.error?.message).toContain('"value" (integer in the table, bigint in the query)');
    }
    expect(
      await rows(
        "select format_type(atttypid, atttypmod) from pg_attribute where attrelid = 'shop.facts'::regclass and attname = 'value'",
      ),
    ).toEqual([[type]]);
    expect(await rows("select value from public.mine")).toEqual([
      [status === "failed" ? "5" : "6"],
    ]);
  });

  it("casts a column to the table's type by key and by value, and finds keys that become one", async () => {
    const { run, selects } = incremental(`, uniqueKey: ["id"]`, "id, value");
    await database.query("insert into public.source values (1, 'a', 5), (2, 'a', 6)");
    await run();
    selects("id::numeric as id, value::numeric + 0.2 as value");
    expect((await run())?.rowCount).toBe(0);
    selects("1 + id * 0.1 as id, value");
    expect((await run())?.error?.message).toContain("(1) 2 times");
  });

  it("names a view that would break when synchronize drops a column, and changes nothing", async () => {
    const { run, selects } = incremental(
      `, uniqueKey: ["id"], onSchemaChange: "SYNCHRONIZE"`,
      "id, value",
    );
    await run();
    await database.query("create view public.mine as select value from shop.facts");
    selects("id");
    expect((await run())?.error?.message).toContain("public.mine");
    expect(await rows("select value from public.mine")).toEqual([]);
  });

  it.each([
    ["updatePartitionFilter: 'value > 1 and value < 100'"],
    ["incrementalPredicates: ['DATAFORM_DEST.value > 1', 'DATAFORM_SOURCE.value < 100']"],
  ])("looks only at the rows that are there which %s shows", async (setting) => {
    const { run } = incremental(`, uniqueKey: ["id"], bigquery: { ${setting} }`, "id, value");
    await database.query("insert into public.source values (1, 'a', 1), (2, 'b', 2)");
    await run();
    await database.query("update public.source set value = value + 10");
    expect((await run())?.rowCount).toBe(2);
    expect(await rows("select id, value from shop.facts order by 1, 2")).toEqual([
      ["1", "1"],
      ["1", "11"],
      ["2", "12"],
    ]);
  });
});
