import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { auditProject } from "../../../runner/audit/audit-project.ts";
import { openUrl } from "../../support/opened-database.ts";
import { errorOf, resultOf, runInDatabase, statusesOf } from "../../support/run-in-database.ts";
import { runProject } from "../../support/run-project.ts";
import { type TemporaryProject, temporaryProject } from "../../support/temporary-project.ts";
import { anyServer, serversByVersion, type TestServer } from "../../support/test-database.ts";
import { whenTestEnds } from "../../support/when-test-ends.ts";

const declared = `config { type: "declaration", schema: "shop" }`;
const model = (query: string, settings = "", more = "") => `config {
    type: "incremental", uniqueKey: ["id"], ${more}
    postgres: { follows: { orders: ["id"] }${settings} }
  }
  ${query} from \${ref("orders")}
  \${when(incremental(), "where id in (select id from pg_temp.orders__changed)")}`;
const projectOf = (totals: string, more = {}) =>
  temporaryProject({ "orders.sqlx": declared, "totals.sqlx": totals, ...more });
const orders = `create schema shop; create table shop.orders (id int, amount int);
  insert into shop.orders select n, n from generate_series(1, 3) as n`;

/** Runs a project over new connections; returns the number of rows that `totals` changed, once it is exact. */
async function changedRows(project: TemporaryProject, url: string) {
  const database = await openUrl(url);
  const result = await runProject({ projectDir: project.folder, database });
  expect(statusesOf(result)).toMatchObject({ totals: "successful" });
  const { tables } = await auditProject({ projectDir: project.folder, database });
  expect(tables.map(({ status }) => status)).toEqual(["exact"]);
  return resultOf(result, "totals")?.tasks.find(({ type }) => type === "publish")?.rowCount;
}

describe.each(anyServer())("a table on $name that follows others", (server: TestServer) => {
  it("is computed anew when its rows mean something else, without any statement on rows", async () => {
    const { database, url } = await runInDatabase(server);
    const name = new URL(url.replace("@/", "@x/")).pathname.slice(1);
    await database.query(`create schema shop; create type shop.state as enum ('new', 'paid');
      create table shop.orders (id int, at timestamptz, state shop.state);
      insert into shop.orders values (1, '2026-01-01 23:30+00', 'new'), (2, '2026-01-02 10:00+00', 'paid');
      create table shop.rates (input int, rate int); insert into shop.rates values (1, 2)`);
    const project = projectOf(
      model(
        `select id, at::date as day, state::text as state, (select max(rate) from \${ref("rates")}) as rate`,
        `, recomputeWhen: ["rates"]`,
      ),
      { "rates.sqlx": declared },
    );
    expect(await changedRows(project, url)).toBe(2);
    expect(await changedRows(project, url)).toBe(0);
    const happenings = {
      [`alter database ${name} set timezone = 'Asia/Tokyo'`]: 1,
      "alter type shop.state rename value 'paid' to 'settled'": 1,
      // The row of the table has a column of the name that the runner gives to rows.
      "update shop.rates set rate = 3": 2,
    };
    for (const [happening, count] of Object.entries(happenings)) {
      await database.query(happening);
      expect(await changedRows(project, url), happening).toBe(count);
    }
  });

  it("sees what replicas and its own operations write", async () => {
    const { database, url } = await runInDatabase(server);
    await database.query(orders);
    const project = projectOf(
      `${model("select id, amount")}
      pre_operations { \${when(incremental(), "insert into shop.orders select max(id) + 1, 0 from shop.orders")} }`,
    );
    await changedRows(project, url);
    expect(await changedRows(project, url)).toBe(1);
    await database.query(`set session_replication_role = replica;
      update shop.orders set amount = 7 where id = 2; reset session_replication_role`);
    expect(await changedRows(project, url)).toBe(2);
  });

  it("fills a new column in all of its rows", async () => {
    const { database, url } = await runInDatabase(server);
    await database.query(orders);
    const project = projectOf(model("select id"));
    await changedRows(project, url);
    const wider = model("select id, amount");
    project.write("totals.sqlx", wider);
    const left = await runProject({ projectDir: project.folder, database });
    expect(statusesOf(left)).toEqual({ totals: "successful" });
    project.write("totals.sqlx", model("select id, amount", "", `onSchemaChange: "EXTEND",`));
    expect(await changedRows(project, url)).toBe(3);
    project.write("totals.sqlx", model("select id, amount", "", `onSchemaChange: "SYNCHRONIZE",`));
    await database.query("alter table shop.totals drop column amount");
    expect(await changedRows(project, url)).toBe(3);
  });

  it("keeps one row for each key when a unique key is declared that its rows do not have", async () => {
    const { database, url } = await runInDatabase(server);
    await database.query(`${orders}; insert into shop.orders values (2, 2), (3, 30), (3, 31)`);
    const project = projectOf(model("select id, amount").replace(`uniqueKey: ["id"],`, ""));
    expect(await changedRows(project, url)).toBe(6);
    const newest = model("select distinct on (id) id, amount");
    project.write("totals.sqlx", `${newest} order by id, amount desc`);
    expect(await changedRows(project, url)).toBe(3);
    expect(await changedRows(project, url)).toBe(0);
  });

  it("is computed anew when its filter is mended, which has left rows as they were", async () => {
    const { database, run, url } = await runInDatabase(server);
    await database.query(orders);
    const right = model("select id, amount");
    const project = projectOf(right.replace("orders__changed)", "orders__changed limit 0)"));
    await changedRows(project, url);
    await database.query("update shop.orders set amount = 10 where id = 1");
    expect(statusesOf(await run(project))).toEqual({ totals: "successful" });
    project.write("totals.sqlx", right);
    expect(await changedRows(project, url)).toBe(1);
  });

  it("is computed anew when the function of an operator or a cast is replaced", async () => {
    const { database, url } = await runInDatabase(server);
    const taxed = (body: string) =>
      `create or replace function shop.taxed(int, int) returns int language sql as 'select ${body}'`;
    const named = (body: string) =>
      `create or replace function shop.named(shop.state) returns int language sql as 'select ${body}'`;
    await database.query(`${orders}; create type shop.state as (code int); ${taxed("$1 * $2")}; ${named("$1.code")};
      create operator shop.### (function = shop.taxed, leftarg = int, rightarg = int);
      create cast (shop.state as int) with function shop.named(shop.state)`);
    const project = projectOf(
      model("select id, amount operator(shop.###) 2 as amount, row(id)::shop.state::int as state"),
    );
    await changedRows(project, url);
    await database.query(taxed("$1 * $2 + 1"));
    expect(await changedRows(project, url)).toBe(3);
    await database.query(named("$1.code + 1"));
    expect(await changedRows(project, url)).toBe(3);
  });

  it("sees what is written to a partition through its table", async () => {
    const { database, url } = await runInDatabase(server);
    await database.query(`create schema shop;
      create table shop.whole (id int, amount int) partition by range (id);
      create table shop.orders partition of shop.whole for values from (0) to (10);
      insert into shop.whole values (1, 1)`);
    const project = projectOf(model("select id, amount"));
    await changedRows(project, url);
    await database.query("insert into shop.whole values (2, 2)");
    expect(await changedRows(project, url)).toBe(1);
  });

  it("is refused where a cast of the query has cut its key", async () => {
    const { database, run } = await runInDatabase(server);
    const keys = [
      ["text", "id::varchar(3)", "character varying(3)", "text"],
      ["char(5)", "id::char(3)", "character(3)", "character(5)"],
      ["interval", "id::interval(0)", "interval(0)", "interval"],
      ["bit(3)", "id::bit(5)", "bit(5)", "bit(3)"],
    ] as const;
    for (const [type, key, own, source] of keys) {
      await database.query(`drop schema if exists shop cascade; create schema shop;
        create table shop.orders (id ${type}, amount int)`);
      const project =
        projectOf(`config { type: "incremental", postgres: { follows: { orders: ["id"] } } }
        select ${key} as id, amount from \${ref("orders")}`);
      expect(errorOf(await run(project), "totals")?.message).toBe(
        `postgres.follows looks for id (${own}) by id of shop.orders (${source}): a changed value may not find its rows`,
      );
    }
  });

  it("computes every key of a table whose rows row level security chooses", async () => {
    const { database, url } = await runInDatabase(server);
    const role = `reader_${randomUUID().replaceAll("-", "")}`;
    const name = new URL(url.replace("@/", "@x/")).pathname.slice(1);
    await database.query(`${orders}; alter table shop.orders enable row level security;
      create policy seen on shop.orders for select using (amount < 3);
      create role ${role} login; grant create on database ${name} to ${role};
      grant usage on schema shop to ${role}; grant select, trigger on shop.orders to ${role};
      create schema mart authorization ${role}`);
    whenTestEnds(async () => {
      await database.query(`drop owned by ${role} cascade; drop role ${role}`);
    });
    const project = projectOf(model("select id, amount"), {
      "dataform.json": JSON.stringify({ warehouse: "postgres", defaultSchema: "mart" }),
    });
    const limited = url.replace("postgres@", `${role}@`);
    expect(await changedRows(project, limited)).toBe(2);
    await database.query("alter policy seen on shop.orders using (amount < 4)");
    expect(await changedRows(project, limited)).toBe(1);
    await database.query("alter table shop.orders disable row level security");
    expect(await changedRows(project, limited)).toBe(0);
    await database.query("insert into shop.orders values (9, 9)");
    expect(await changedRows(project, limited)).toBe(1);
  });
});

const isNewest = ({ name }: TestServer) => /18/.test(name);

describe.each(serversByVersion().filter(isNewest))("a virtual column on $name", (server) => {
  it("is read anew when its expression is another one, and is no key to follow", async () => {
    const { database, run, url } = await runInDatabase(server);
    await database.query(`create schema shop;
      create table shop.orders (id int, part int, amount int generated always as (id * 2));
      insert into shop.orders values (1, 1), (2, 2)`);
    const project = projectOf(model("select id, amount"));
    expect(await changedRows(project, url)).toBe(2);
    await database.query("alter table shop.orders alter amount set expression as (id * 3)");
    expect(await changedRows(project, url)).toBe(2);
    project.write(
      "totals.sqlx",
      `config { type: "incremental", postgres: { follows: { orders: ["id", "amount"] } } }
      select id, amount, part from \${ref("orders")}`,
    );
    expect(errorOf(await run(project), "totals")?.message).toMatch(
      /^postgres.follows names the column "amount" of shop.orders, which is a virtual/,
    );
  });
});
