import { beforeEach, describe, expect, it } from "vitest";
import {
  errorOf,
  type RunningDatabase,
  resultOf,
  runInDatabase,
  statusesOf,
} from "../../support/run-in-database.ts";
import { runProject } from "../../support/run-project.ts";
import { temporaryProject } from "../../support/temporary-project.ts";
import { anyServer } from "../../support/test-database.ts";
import { inThisDatabase, until } from "../../support/watch-server.ts";

const table = (query: string, checks = `rowConditions: ["price >= 0"]`, more = "") =>
  `config { type: "table", assertions: { ${checks} }${more} }\n${query}`;

describe.each(anyServer())("what a gate checks on $name", (server) => {
  let database: RunningDatabase["database"];
  let run: RunningDatabase["run"];
  let rows: RunningDatabase["rows"];

  beforeEach(async () => {
    ({ database, run, rows } = await runInDatabase(server));
  });

  it.each([
    ["its whole name", `select o.id from \${ref("orders")} as o where o.price < 0`],
    ["its name without an alias", `select orders.id from \${ref("orders")} where orders.price < 0`],
    ["three parts", `select "shop"."orders"."id" from shop.orders where shop.orders.price < 0`],
    [
      "a subquery and a join",
      `select a.id from \${ref("orders")} a join \${ref("orders")} b using (id)
       where a.price < (select avg(price) - 5 from \${ref("orders")})`,
    ],
    [
      "a common table expression and a comment at the end",
      `with bad as (select * from \${ref("orders")}) select id from bad where price < 0 -- here`,
    ],
    [
      "a name in a string",
      `select relname from pg_class, \${ref("orders")} o where o.price < 0 and oid = 'shop.orders'::regclass`,
    ],
  ])("a hand-written assertion reads the staged rows by %s", async (_, query) => {
    const project = temporaryProject({
      "orders.sqlx": `config { type: "table" }\nselect 1 as id, 10 as price`,
      "no_negative.sqlx": `config { type: "assertion", dependencies: ["orders"] }\n${query}`,
    });
    expect(statusesOf(await run(project))).toEqual({
      orders: "successful",
      no_negative: "successful",
    });
    project.write(
      "orders.sqlx",
      `config { type: "table" }\nselect 1 as id, 10 as price union all select 2, -10`,
    );
    const result = await run(project);
    expect(statusesOf(result)).toEqual({ orders: "failed", no_negative: "failed" });
    expect(resultOf(result, "no_negative")?.tasks[0]?.assertion?.failingRows).toBe(1);
    expect(await rows("select id, price from shop.orders")).toEqual([["1", "10"]]);
  });

  it("a table of which another is checked by a hand-written assertion is not touched by it", async () => {
    const project = temporaryProject({
      "orders.sqlx": `config { type: "table" }\nselect 1 as id`,
      "others.sqlx": `config { type: "table" }\nselect 1 as id`,
      "no_orders.sqlx": `config { type: "assertion" }\nselect * from \${ref("orders")}`,
    });
    expect(statusesOf(await run(project))).toMatchObject({
      orders: "failed",
      others: "successful",
    });
  });

  it("an assertion is checked once in a run, and its view is made all the same", async () => {
    await database.query("create sequence public.calls");
    const project = temporaryProject({
      "orders.sqlx": table("select 1 as id", `rowConditions: ["nextval('public.calls') > 0"]`),
    });
    expect((await run(project)).status).toBe("successful");
    expect(await rows("select last_value, is_called from public.calls")).toEqual([["1", "t"]]);
    expect(
      await rows("select count(*) from pg_views where schemaname = 'shop_assertions'"),
    ).toEqual([["1"]]);
  });

  it("every assertion of a table is checked and told, also when the first one fails", async () => {
    const project = temporaryProject({
      "orders.sqlx": table(
        "select 1 as id, -1 as price from generate_series(1, 2)",
        `uniqueKey: ["id"], nonNull: ["id"], rowConditions: ["price >= 0"]`,
      ),
      "has_ten.sqlx": `config { type: "assertion" }\nselect 1 from \${ref("orders")} where id > 10`,
      "after.sqlx": `config { type: "table" }\nselect * from \${ref("orders")} as orders`,
    });
    const result = await run(project);
    const ends = result.actions.map(({ target, status }) => [
      target.name.replace(/.*_assertions_/, ""),
      status,
    ]);
    expect(Object.fromEntries(ends)).toEqual({
      orders: "failed",
      has_ten: "successful",
      uniqueKey_0: "failed",
      rowConditions: "failed",
      after: "skipped",
    });
    expect(errorOf(result, "orders")?.message).toBe(
      "not published: the assertion uniqueKey (id) found 1 failing row; the assertion rowConditions (price >= 0; id IS NOT NULL) found 2 failing rows",
    );
  });

  it("an assertion whose query fails keeps the rows back, and its error names the place", async () => {
    const project = temporaryProject({
      "orders.sqlx": `config { type: "table" }\nselect 1 as id`,
      "broken.sqlx": `config { type: "assertion" }\nselect 1\nfrom \${ref("orders")} a, \${ref("orders")} b\nwhere prise < 0`,
      "by_zero.sqlx": `config { type: "assertion" }\nselect * from \${ref("orders")} where 1 / (id - 1) > 0`,
    });
    await run(project, { actions: ["orders"] });
    const result = await run(project);
    expect(statusesOf(result)).toEqual({ orders: "failed", broken: "failed", by_zero: "failed" });
    const { statement = "", position = 0, message } = errorOf(result, "broken") ?? {};
    expect(message).toBe('column "prise" does not exist');
    expect(statement.slice(position - 1)).toMatch(/^prise < 0/);
    expect(errorOf(result, "by_zero")?.message).toBe("division by zero");
    expect(errorOf(result, "orders")?.message).toMatch(
      /^not published: the assertion broken could not be checked: column "prise" does not exist; the assertion by_zero/,
    );
    expect(await rows("select id from shop.orders")).toEqual([["1"]]);
  });

  it("a condition that names its own table is told as it was written", async () => {
    const condition = 'price < (select max(price) from "shop"."orders")';
    const project = temporaryProject({
      "orders.sqlx": table(
        "select n as price from generate_series(1, 3) as n",
        `rowConditions: ['${condition}']`,
      ),
    });
    await run(project, { actions: ["orders"], assertions: false });
    const result = await run(project);
    const outcome = resultOf(result, "shop_orders_assertions_rowConditions")?.tasks[0]?.assertion;
    expect(outcome?.sample).toEqual([{ failing_row_condition: condition, price: "3" }]);
  });

  it.each(["", `, postgres: { partitionBy: { column: "day", range: "month" } }`])(
    "an overwrite is checked with the rows that stay and without those that go%s",
    async (partitioned) => {
      const text = (query: string) =>
        `config { type: "incremental", incrementalStrategy: "INSERT_OVERWRITE", bigquery: { partitionBy: "day" }, assertions: { uniqueKey: ["id"] }${partitioned} }\n${query}`;
      const project = temporaryProject({
        "orders.sqlx": text("select 1 as id, date '2026-01-05' as day union all select 2, null"),
      });
      expect((await run(project)).status).toBe("successful");
      project.write("orders.sqlx", text("select 1 as id, date '2026-01-05' as day"));
      expect((await run(project)).status).toBe("successful");
      for (const id of [1, 2]) {
        project.write("orders.sqlx", text(`select ${id} as id, date '2026-01-06' as day`));
        expect(statusesOf(await run(project)).orders).toBe("failed");
      }
      expect(await rows("select id, day from shop.orders order by id")).toEqual([
        ["1", "2026-01-05"],
        ["2", null],
      ]);
    },
  );

  it("an overwrite of native partitions is checked with the columns that fill themselves", async () => {
    const text = (price: number, checks = "") =>
      `config { type: "incremental", incrementalStrategy: "INSERT_OVERWRITE", bigquery: { partitionBy: "day" }, postgres: { partitionBy: { column: "day", range: "month" } }${checks} }
      select ${price} as price, date '2026-01-05' as day`;
    const checks = `, assertions: { rowConditions: ["net >= 0", "rank > 0"] }`;
    const project = temporaryProject({ "orders.sqlx": text(7) });
    await run(project);
    await database.query(
      "alter table shop.orders add net int generated always as (price - 5) stored, add rank int default 1",
    );
    project.write("orders.sqlx", text(1, checks));
    expect(statusesOf(await run(project)).orders).toBe("failed");
    project.write("orders.sqlx", text(8, checks));
    expect(statusesOf(await run(project)).orders).toBe("successful");
    await database.query("alter table shop.orders alter rank set default -1");
    project.write("orders.sqlx", text(9, checks));
    expect(statusesOf(await run(project)).orders).toBe("failed");
    expect(await rows("select price, net, rank from shop.orders")).toEqual([["8", "3", "1"]]);
  });

  it("an error of a gate that may pass is retried with its action", async () => {
    await database.query(`create sequence public.tries;
      create function public.passes() returns boolean language plpgsql as $$ begin
        if nextval('public.tries') = 1 then raise serialization_failure; end if; return true; end $$`);
    const project = temporaryProject({
      "orders.sqlx": table("select 1 as id", 'rowConditions: ["public.passes()"]'),
    });
    const { folder } = project;
    const result = await runProject({ projectDir: folder, database, actionRetryLimit: 1 });
    expect(result.status).toBe("successful");
    expect(resultOf(result, "orders")?.retries).toBe(1);
  });

  it("without assertions nothing is held back", async () => {
    const project = temporaryProject({ "orders.sqlx": table("select 1 as id, -1 as price") });
    expect(statusesOf(await run(project, { actions: ["orders"], assertions: false }))).toEqual({
      orders: "successful",
    });
    expect(await rows("select price from shop.orders")).toEqual([["-1"]]);
  });

  it("an assertion that runs without its table checks the table that is there", async () => {
    const project = temporaryProject({
      "orders.sqlx": `config { type: "table" }\nselect -1 as price`,
      "positive.sqlx": `config { type: "assertion" }\nselect * from \${ref("orders")} where price < 0`,
    });
    await database.query("create schema shop; create table shop.orders as select -5 as price");
    const result = await run(project, { actions: ["positive"] });
    expect(resultOf(result, "positive")?.tasks[0]?.assertion?.sample).toEqual([{ price: "-5" }]);
  });

  it("an assertion on a view of the table waits for the view, as it always did", async () => {
    const project = temporaryProject({
      "orders.sqlx": `config { type: "table" }\nselect -1 as price`,
      "positive.sqlx": `config { type: "view" }\nselect * from \${ref("orders")} where price > 0`,
      "some.sqlx": `config { type: "assertion" }\nselect 1 where not exists (select from \${ref("positive")})`,
    });
    expect(statusesOf(await run(project))).toEqual({
      orders: "successful",
      positive: "successful",
      some: "failed",
    });
  });

  it("rows that a post-operation changes are checked after it", async () => {
    const text = (price: number) =>
      table(`select ${price} as price`, `rowConditions: ["price >= 0"]`) +
      "\npost_operations { update shop.orders set price = -price }";
    const project = temporaryProject({ "orders.sqlx": text(1) });
    expect(statusesOf(await run(project)).orders).toBe("failed");
    expect(await rows("select price from shop.orders__rejected")).toEqual([["-1"]]);
    project.write("orders.sqlx", text(-2));
    expect(statusesOf(await run(project)).orders).toBe("successful");
    expect(await rows("select price from shop.orders")).toEqual([["2"]]);
  });

  it("a column that a post-operation adds can be checked", async () => {
    const project = temporaryProject({
      "orders.sqlx": `${table("select 1 as id", 'nonNull: ["made"]')}
post_operations { alter table \${self()} add column if not exists made int default 3 }`,
    });
    expect((await run(project)).status).toBe("successful");
  });

  it("a table that is made by JiT code is gated too", async () => {
    const code = (price: number) =>
      `publish("orders", { type: "table", assertions: { rowConditions: ["price >= 0"] } })
        .jitCode(async () => "select ${price} as price");`;
    const project = temporaryProject({ "orders.js": code(1) });
    expect((await run(project)).status).toBe("successful");
    project.write("orders.js", code(-1));
    expect(statusesOf(await run(project)).orders).toBe("failed");
    expect(await rows("select price from shop.orders")).toEqual([["1"]]);
  });

  it("readers see the old rows while a gate is at work", async () => {
    const condition = "pg_advisory_lock_shared(7) is not null and price >= 0";
    const project = temporaryProject({
      "orders.sqlx": table("select 1 as price", `rowConditions: ["${condition}"]`),
    });
    await run(project);
    project.write("orders.sqlx", table("select -1 as price", `rowConditions: ["${condition}"]`));
    await database.session(async (other) => {
      await other.query("select pg_advisory_lock(7)");
      const running = run(project);
      const waiting = "select pid from pg_locks where locktype = 'advisory' and not granted";
      await until(() => rows(`${waiting} and objid = 7 and ${inThisDatabase}`));
      expect(await rows("select price from shop.orders")).toEqual([["1"]]);
      await other.query("select pg_advisory_unlock(7)");
      expect(statusesOf(await running).orders).toBe("failed");
    });
    expect(await rows("select price from shop.orders")).toEqual([["1"]]);
  });
});
