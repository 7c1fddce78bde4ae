import { randomUUID } from "node:crypto";
import { beforeEach, describe, expect, it } from "vitest";
import { auditProject } from "../../../runner/audit/audit-project.ts";
import { openUrl } from "../../support/opened-database.ts";
import {
  errorOf,
  type RunningDatabase,
  resultOf,
  runInDatabase,
  statusesOf,
} from "../../support/run-in-database.ts";
import { runProject } from "../../support/run-project.ts";
import { type TemporaryProject, temporaryProject } from "../../support/temporary-project.ts";
import { anyServer } from "../../support/test-database.ts";
import { whenTestEnds } from "../../support/when-test-ends.ts";

const totals = (source: string, follows: string, key: string) => `config {
    type: "incremental", uniqueKey: ["customer"],
    postgres: { follows: { ${source}: ${follows} } }
  }
  select ${key} as customer, sum(amount) as amount from \${ref("${source}")}
  \${when(incremental(), \`where ${key} in (select ${key} from pg_temp.${source}__changed)\`)}
  group by 1`;
const orders = `config { type: "declaration", schema: "shop" }`;
const shop = (follows = `["customer"]`, key = "customer") =>
  temporaryProject({ "orders.sqlx": orders, "totals.sqlx": totals("orders", follows, key) });

describe.each(anyServer())(
  "a followed table on $name whose rows change in other ways",
  (server) => {
    let database: RunningDatabase["database"];
    let run: RunningDatabase["run"];
    let url: string;

    beforeEach(async () => {
      ({ database, run, url } = await runInDatabase(server));
    });

    /** The number of rows that a run changes in `totals`, which then holds what a full refresh gives. */
    const changed = async (project: TemporaryProject, happening: string) => {
      await database.query(happening);
      const result = await run(project);
      expect(statusesOf(result), happening).toMatchObject({ totals: "successful" });
      const { tables } = await auditProject({ projectDir: project.folder, database });
      const statuses = tables.map(({ target, status }) => [target.name, status]);
      expect(statuses, happening).toContainEqual(["totals", "exact"]);
      const tasks = resultOf(result, "totals")?.tasks ?? [];
      return tasks.find(({ type }) => type === "publish")?.rowCount;
    };

    const partitioned = `create schema shop;
    create table shop.orders (id int, customer int, amount int) partition by range (id);
    create table shop.orders_1 partition of shop.orders for values from (0) to (10);
    create table shop.orders_2 partition of shop.orders for values from (10) to (20);
    insert into shop.orders select n, n % 3, n from generate_series(1, 19) as n`;

    it("is read through its partitions, whoever writes to one of them", async () => {
      const project = shop();
      await changed(project, partitioned);
      expect(await changed(project, "insert into shop.orders_1 values (5, 1, 100)")).toBe(1);
      expect(await changed(project, "delete from shop.orders_1 where customer = 2")).toBe(1);
      expect(await changed(project, "truncate shop.orders_1")).toBe(2);
      expect(await changed(project, "alter table shop.orders detach partition shop.orders_2")).toBe(
        3,
      );
      const attached = `create table shop.orders_3 (id int, customer int, amount int);
      insert into shop.orders_3 values (25, 1, 7), (26, 77, 7);
      alter table shop.orders attach partition shop.orders_3 for values from (20) to (30)`;
      expect(await changed(project, attached)).toBe(2);
      // Keys of the new partition alone are computed: a row that somebody else spoilt stays.
      await database.query("update shop.totals set amount = -1 where customer = 77");
      await database.query(`create table shop.orders_4 (id int, customer int, amount int);
      insert into shop.orders_4 values (35, 1, 7);
      alter table shop.orders attach partition shop.orders_4 for values from (30) to (40)`);
      const result = await run(project);
      expect(resultOf(result, "totals")?.tasks.map(({ rowCount }) => rowCount)).toContain(1);
      expect(await changed(project, "update shop.orders_3 set amount = 9")).toBe(2);
    });

    it("is read through child tables, and after anything that is no statement on rows", async () => {
      const project = shop();
      await changed(
        project,
        `create schema shop; create table shop.orders (id int, customer int, amount int);
      insert into shop.orders select n, n % 3, n from generate_series(1, 9) as n;
      create table shop.late () inherits (shop.orders)`,
      );
      const happenings = {
        "insert into shop.late values (50, 1, 1000)": 1,
        "alter table shop.late no inherit shop.orders": 1,
        "alter table shop.orders alter amount type int using amount * 2": 3,
        "alter table shop.orders drop amount; alter table shop.orders add amount int default 3": 3,
        "alter table shop.orders disable trigger user; insert into shop.orders values (9, 9, 9); alter table shop.orders enable trigger user": 1,
        "truncate shop.totals": 4,
        "alter table shop.orders rename to old; create table shop.orders as select * from shop.old where id < 5": 4,
        "insert into shop.old values (1, 1, 1); drop table shop.old": 0,
        "insert into shop.orders values (1, 1, 1)": 1,
      };
      for (const [happening, count] of Object.entries(happenings)) {
        expect(await changed(project, happening), happening).toBe(count);
      }
    });

    it("is a table whose partitions the runner itself swaps", async () => {
      const project = temporaryProject({
        "orders.sqlx": orders,
        "days.sqlx": `config {
          type: "incremental", incrementalStrategy: "INSERT_OVERWRITE", bigquery: { partitionBy: "id" },
          postgres: { partitionBy: { column: "id", range: 5 } }
        }
        select id, customer, amount from \${ref("orders")} \${when(incremental(), "where id > 5")}`,
        "totals.sqlx": totals("days", `["customer"]`, "customer"),
      });
      await changed(
        project,
        `create schema shop; create table shop.orders (id int, customer int, amount int);
      insert into shop.orders select n, n % 3, n from generate_series(1, 9) as n`,
      );
      expect(await changed(project, "update shop.orders set amount = 0 where id > 6")).toBe(3);
      expect(await changed(project, "insert into shop.orders values (23, 9, 9)")).toBe(1);
    });

    it("asks for the right to put triggers on it and its partitions, and for no other", async () => {
      await database.query(partitioned);
      const role = `follower_${randomUUID().replaceAll("-", "")}`;
      const name = new URL(url.replace("@/", "@x/")).pathname.slice(1);
      await database.query(`create role ${role} login; grant create on database ${name} to ${role};
      grant usage on schema shop to ${role}; grant select, trigger on shop.orders to ${role};
      create schema mart authorization ${role}`);
      whenTestEnds(async () => {
        await database.query(`drop owned by ${role} cascade; drop role ${role}`);
      });
      const limited = await openUrl(url.replace("postgres@", `${role}@`));
      const project = shop();
      const runLimited = () =>
        runProject({ projectDir: project.folder, database: limited, runConfig: {} });
      project.write(
        "dataform.json",
        JSON.stringify({ warehouse: "postgres", defaultSchema: "mart" }),
      );
      expect(errorOf(await runLimited(), "totals")?.message).toBe(
        "postgres.follows names shop.orders, and this role may not put a trigger on shop.orders_1",
      );
      await database.query(`grant trigger on shop.orders_1, shop.orders_2 to ${role}`);
      for (const statement of [
        "select 1",
        "insert into shop.orders_1 values (5, 1, 100)",
        "alter table shop.orders alter customer type bigint",
      ]) {
        await database.query(statement);
        expect(statusesOf(await runLimited()), statement).toEqual({ totals: "successful" });
      }
      // A project of others in the same database needs no right to see who follows what.
      await database.query(
        `create role ${role}_2 login; create schema theirs authorization ${role}_2`,
      );
      whenTestEnds(async () => {
        await database.query(`drop owned by ${role}_2 cascade; drop role ${role}_2`);
      });
      const others = await openUrl(url.replace("postgres@", `${role}_2@`));
      const theirs = temporaryProject({
        "dataform.json": JSON.stringify({ warehouse: "postgres", defaultSchema: "theirs" }),
        "one.sqlx": `config { type: "table" }\nselect 1 as a`,
      });
      for (const grants of [
        "select 1",
        `grant usage on schema dataform_postgres to ${role}_2;
         grant select on all tables in schema dataform_postgres to ${role}_2`,
      ]) {
        await database.query(grants);
        const result = await runProject({ projectDir: theirs.folder, database: others });
        expect(statusesOf(result), grants).toEqual({ one: "successful" });
      }
      // Only the owner of a table may drop a trigger of it: it stays and does nothing.
      project.write("totals.sqlx", `config { type: "table" }\nselect 1 as a`);
      expect(statusesOf(await runLimited())).toEqual({ totals: "successful" });
      await database.query("insert into shop.orders_1 values (5, 1, 100)");
    });

    it("is computed by a function, and read through a view, that somebody else replaces", async () => {
      const project = temporaryProject({
        "orders.sqlx": orders,
        "priced.sqlx": `config { type: "declaration", schema: "shop" }`,
        "totals.sqlx": `config { type: "incremental", uniqueKey: ["customer"], postgres: { follows: { orders: ["customer"], priced: false } } }
      select customer, shop.taxed(sum(amount)) as amount from \${ref("priced")}
      \${when(incremental(), "where customer in (select customer from pg_temp.orders__changed)")}
      group by 1`,
      });
      const rate = (name: string, body: string) =>
        `create or replace function shop.${name}(x numeric) returns numeric language sql as 'select ${body}'`;
      await changed(
        project,
        `create schema shop; create table shop.orders (customer int, amount numeric);
      insert into shop.orders values (1, 10), (2, 20);
      ${rate("added", "x * 0.1")}; ${rate("taxed", "x + shop.added(x)")};
      create view shop.priced as select * from shop.orders`,
      );
      expect(await changed(project, rate("taxed", "x + 2 * shop.added(x)"))).toBe(2);
      expect(await changed(project, rate("added", "x * 0.2"))).toBe(2);
      const view = "create or replace view shop.priced as select customer, amount + 1 as amount";
      expect(await changed(project, `${view} from shop.orders`)).toBe(2);
      expect(await changed(project, rate("unused", "x"))).toBe(0);
    });

    it("is refused where the values of its key are stored as others", async () => {
      const keys = [
        ["timestamptz", "at::date", "date", "timestamp with time zone"],
        ["numeric", "at::numeric(9,1)", "numeric(9,1)", "numeric"],
        ["float8", "at::real", "real", "double precision"],
        [
          `text collate "und-x-icu"`,
          "lower(at)::bytea",
          "bytea",
          `text collate pg_catalog."und-x-icu"`,
        ],
      ] as const;
      for (const [type, key, own, source] of keys) {
        await database.query(`drop schema if exists shop cascade; create schema shop;
        create table shop.orders (at ${type}, amount int)`);
        const result = await run(shop(`{ at: "customer" }`, key));
        expect(errorOf(result, "totals")?.message).toBe(
          `postgres.follows looks for customer (${own}) by at of shop.orders (${source}): a changed value may not find its rows`,
        );
      }
      await database.query(`drop schema shop cascade; create schema shop;
      create table shop.orders (at varchar(9), amount int)`);
      const allowed = await run(shop(`{ at: "customer" }`, "at::text"));
      expect(statusesOf(allowed)).toEqual({ totals: "successful" });
    });
  },
);
