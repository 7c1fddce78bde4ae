import { beforeEach, describe, expect, it } from "vitest";
import type { Database } from "../../../runner/database/database.ts";
import { anyServer, createDatabase } from "../../support/test-database.ts";
import { openTestDatabase, testFiles } from "./test-files.ts";

const orders = {
  "raw_orders.sqlx": `config { type: "declaration", schema: "raw", name: "raw_orders" }`,
  "stg_orders.sqlx": `config { type: "view" }
select id, amount / 100.0 as amount_usd from \${ref("raw_orders")}`,
  "big_orders.sqlx": `config { type: "view" }
select stg_orders.id from \${ref("stg_orders")} where amount_usd > 10`,
};

describe.each(anyServer())("a unit test on $name", (server) => {
  let database: Database;

  beforeEach(async () => {
    const { url, drop } = await createDatabase(server);
    database = await openTestDatabase(url);
    return async () => {
      await database.close();
      await drop();
    };
  });

  const run = async (files: Record<string, string>) =>
    (await testFiles(database, { ...orders, ...files })).tests;

  it("gives the view its inputs, also where ref has no alias", async () => {
    const [result] = await run({
      "stg_orders_test.sqlx": `config { type: "test", dataset: "stg_orders" }
input "raw_orders" {
  select 1 as id, 1050 as amount
}
select 1 as id, 10.5 as amount_usd`,
    });
    expect(result).toMatchObject({ name: "stg_orders_test", status: "passed" });
  });

  it("of a view on a view needs the nearer one only", async () => {
    const [result] = await run({
      "big_orders_test.sqlx": `config { type: "test", dataset: "big_orders" }
input "stg_orders" {
  select 1 as id, 10 as amount_usd
  union all
  select 2, 11
}
select 2 as id`,
    });
    expect(result?.status).toBe("passed");
  });

  it("tells two inputs of the same name in two schemas apart", async () => {
    const [result] = await run({
      "a_days.sqlx": `config { type: "declaration", schema: "a", name: "days" }`,
      "b_days.sqlx": `config { type: "declaration", schema: "b", name: "days" }`,
      "both.sqlx": `config { type: "table" }
select x.day as first, y.day as second
from \${ref("a", "days")} as x cross join \${ref({ schema: "b", name: "days" })} as y`,
      "both_test.sqlx": `config { type: "test", dataset: "both" }
input "a", "days" {
  select 1 as day
}
input "b", "days" {
  select 2 as day
}
select 1 as first, 2 as second`,
    });
    expect(result).toMatchObject({ status: "passed" });
  });

  it("runs pre-operations in the test's own relations, without those that read anything else", async () => {
    const [result] = await run({
      "numbered.sqlx": `config { type: "table" }
pre_operations {
  create sequence "\${schema()}"."\${name()}_seq"
  ---
  delete from \${ref("big_orders")}
}
select nextval('"\${schema()}"."\${name()}_seq"') as number, id from \${ref("stg_orders")}`,
      "numbered_test.sqlx": `config { type: "test", dataset: "numbered" }
input "stg_orders" {
  select 7 as id
}
select 1 as number, 7 as id`,
    });
    expect(result).toMatchObject({ status: "passed" });
  });

  it("fails when it gives an input that the model does not read", async () => {
    const [result] = await run({
      "big_orders_test.sqlx": `config { type: "test", dataset: "big_orders" }
input "stg_orders" {
  select 1 as id, 11 as amount_usd
}
input "raw_orders" {
  select 1 as id
}
select 1 as id`,
    });
    expect(result).toMatchObject({
      status: "failed",
      fileName: "definitions/big_orders_test.sqlx",
      problems: ['the input "raw_orders" is not read'],
    });
  });

  it("does not compile when an input is missing, and says which in which file", async () => {
    const failing = run({
      "big_orders_test.sqlx": `config { type: "test", dataset: "big_orders" }
select 1 as id`,
    });
    await expect(failing).rejects.toMatchObject({
      code: "COMPILATION_FAILED",
      message: expect.stringMatching(
        /definitions\/big_orders_test\.sqlx:1: .* no input "stg_orders", which big_orders reads/,
      ),
    });
  });

  it("names the schema to write when its dataset is in another than the default", async () => {
    const failing = run({
      "far.sqlx": `config { type: "view", schema: "far" }\nselect 1 as id`,
      "far_test.sqlx": `config { type: "test", dataset: "far" }\nselect 1 as id`,
    });
    await expect(failing).rejects.toThrow(
      'definitions/far_test.sqlx:1: There is no dataset "far" in schema "shop"; write dataset: { schema: "far", name: "far" }',
    );
  });

  it("can be written in JavaScript", async () => {
    const results = await run({
      "tests.js": `
        test("by name").dataset("stg_orders").input("raw_orders", "select 1 as id, 200 as amount")
          .expect("select 1 as id, 2 as amount_usd");
        publish("copies", { type: "incremental" }).query((ctx) => "select * from " + ctx.ref("stg_orders"));
        test("of copies").dataset("copies").input("stg_orders", (ctx) => "select 1 as id")
          .input({ schema: "shop", name: "copies" }, "select 0 as id")
          .expect("select generate_series(0, 1) as id");`,
    });
    expect(results).toMatchObject([
      { name: "by name", status: "passed", fileName: "definitions/tests.js" },
      { name: "of copies", status: "passed" },
    ]);
  });

  it("says in which part and file a statement was refused", async () => {
    const test = (input: string, expected: string) => ({
      "big_orders_test.sqlx": `config { type: "test", dataset: "big_orders" }
input "stg_orders" {
  ${input}
}
${expected}`,
    });
    const [input] = await run(
      test("select 1 as id, 2 as amount_usd frm nothing", "select 1 as id"),
    );
    expect(input?.error).toMatchObject({
      part: 'the input "stg_orders"',
      fileName: "definitions/big_orders_test.sqlx",
      sqlstate: "42601",
    });
    const [expected] = await run(test("select 1 as id, 2 as amount_usd", "select nonsense as id"));
    expect(expected?.error).toMatchObject({ part: "the expected rows", sqlstate: "42703" });
    expect(expected?.error?.position).toBeGreaterThan(0);
    const [model] = await run(test("select 1 as id", "select 1 as id"));
    expect(model?.error).toMatchObject({
      part: "the model",
      fileName: "definitions/big_orders.sqlx",
      sqlstate: "42703",
    });
  });

  it("is left out when its dataset is disabled", async () => {
    const [result] = await run({
      "off.sqlx": `config { type: "view", disabled: true }\nselect 1 as id`,
      "off_test.sqlx": `config { type: "test", dataset: "off" }\nselect 2 as id`,
    });
    expect(result?.status).toBe("disabled");
  });

  it("leaves nothing behind, whether it passes or fails", async () => {
    await database.query("create schema raw; create table raw.raw_orders (id int, amount int)");
    const before = await snapshot();
    const results = await run({
      "passing_test.sqlx": `config { type: "test", dataset: "stg_orders" }
input "raw_orders" {
  select 1 as id, 100 as amount
}
select 1 as id, 1 as amount_usd`,
      "failing_test.sqlx": `config { type: "test", dataset: "stg_orders" }
input "raw_orders" {
  select 1 as id, 100 as amount
}
select 2 as id, 1 as amount_usd`,
      "broken_test.sqlx": `config { type: "test", dataset: "stg_orders" }
input "raw_orders" {
  select 1 / 0 as id, 100 as amount
}
select 2 as id, 1 as amount_usd`,
      "writing.sqlx": `config { type: "incremental" }
pre_operations {
  insert into raw.raw_orders values (1, 2)
  ---
  create table raw.left_over (id int)
}
select 1 as id`,
      "writing_test.sqlx": `config { type: "test", dataset: "writing" }
input "writing" {
  select 1 as id
}
select unnest(array[1, 1]) as id`,
    });
    expect(results.map(({ status }) => status).sort()).toEqual([
      ...["failed", "failed", "passed", "passed"],
    ]);
    expect(await snapshot()).toEqual(before);
  });

  it("fails when one of its statements ends the transaction", async () => {
    const [result] = await run({
      "stg_orders_test.sqlx": `config { type: "test", dataset: "stg_orders" }
input "raw_orders" {
  select 1 as id, 100 as amount; commit
}
select 1 as id, 1 as amount_usd`,
    });
    expect(result?.error?.message).toMatch(/^the query contains a second statement/);
  });

  /** Every catalogue row that a relation, type, schema or sequence would add, and the table's rows. */
  async function snapshot() {
    const { rows } = await database.query(`
      select 'class', oid::text, relname, xmin::text from pg_class where relnamespace <> 99
      union all select 'type', oid::text, typname, xmin::text from pg_type
      union all select 'schema', oid::text, nspname, xmin::text from pg_namespace
      union all select 'proc', oid::text, proname, xmin::text from pg_proc
      union all select 'depend', classid::text, objid::text, xmin::text from pg_depend
      union all select 'row', id::text, amount::text, xmin::text from raw.raw_orders
      order by 1, 2, 3, 4`);
    return rows;
  }
});
