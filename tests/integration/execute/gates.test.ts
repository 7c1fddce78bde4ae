import { readFileSync } from "node:fs";
import { beforeEach, describe, expect, it } from "vitest";
import {
  errorOf,
  type RunningDatabase,
  resultOf,
  runInDatabase,
  statusesOf,
} from "../../support/run-in-database.ts";
import { type TemporaryProject, temporaryProject } from "../../support/temporary-project.ts";
import { anyServer } from "../../support/test-database.ts";

/** A way to give a relation rows: the kinds of actions that hold some, and how they are built. */
interface Kind {
  name: string;
  config: string;
}

const kinds: Kind[] = [
  { name: "a table", config: `type: "table"` },
  {
    name: "an incremental table that is merged",
    config: `type: "incremental", uniqueKey: ["id"]`,
  },
  { name: "an incremental table that is appended to", config: `type: "incremental"` },
  {
    name: "an incremental table whose slices are overwritten",
    config: `type: "incremental", incrementalStrategy: "INSERT_OVERWRITE", bigquery: { partitionBy: "day" }`,
  },
  {
    name: "a natively partitioned incremental table whose partitions are overwritten",
    config: `type: "incremental", incrementalStrategy: "INSERT_OVERWRITE", bigquery: { partitionBy: "day" }, postgres: { partitionBy: { column: "day", range: "month" } }`,
  },
  {
    name: "a natively partitioned table",
    config: `type: "table", postgres: { partitionBy: { column: "day", range: "month" } }`,
  },
  {
    name: "a materialized view with another definition",
    config: `type: "view", materialized: true`,
  },
];

describe.each(anyServer())("gates on $name", (server) => {
  let database: RunningDatabase["database"];
  let run: RunningDatabase["run"];
  let rows: RunningDatabase["rows"];

  beforeEach(async () => {
    ({ database, run, rows } = await runInDatabase(server));
  });

  /**
   * Everything by which a table can be told from another one: rows with their transactions, files and
   * rights.
   */
  const fingerprint = async () => ({
    rows: await rows(
      "select tableoid::regclass, xmin, ctid, * from shop.orders order by id, price",
    ),
    relations: await rows(
      `select oid, relname, pg_relation_filenode(oid), relacl::text from pg_class
      where relnamespace = 'shop'::regnamespace and relname !~ '__rejected$' order by oid`,
    ),
  });
  const ordersProject = ({ config }: Kind, query: string) => {
    const key = config.includes("uniqueKey") ? "" : `uniqueKey: ["id"], `;
    return temporaryProject({
      "orders.sqlx": `config { ${config}, assertions: { ${key}rowConditions: ["price >= 0"] } }\n${query}`,
      "report.sqlx": `config { type: "table" }\nselect sum(price) as total from \${ref("orders")} as o`,
    });
  };
  const good = "select 1 as id, 10 as price, date '2026-01-05' as day";
  const bad =
    "select 2 as id, 11 as price, date '2026-01-05' as day union all select 3, -1, date '2026-02-05'";

  describe.each(kinds)("of $name", (kind) => {
    it("publishes rows that pass, and keeps the views of its assertions", async () => {
      const project = ordersProject(kind, good);
      expect(await run(project)).toMatchObject({ status: "successful" });
      project.write("orders.sqlx", withQuery(project, bad.replace("-1", "1")));
      expect(await run(project, { actions: ["orders"] })).toMatchObject({ status: "successful" });
      expect(await rows("select id from shop.orders where id > 1 order by id")).toEqual([
        ["2"],
        ["3"],
      ]);
      const views = await rows(
        "select count(*) from pg_views where schemaname = 'shop_assertions'",
      );
      expect(Number(views[0]?.[0])).toBeGreaterThan(0);
    });

    it("leaves everything as it is when a row fails, and keeps what it did not publish", async () => {
      const project = ordersProject(kind, good);
      await run(project);
      await database.query("grant select on shop.orders to pg_monitor");
      const before = await fingerprint();
      project.write("orders.sqlx", withQuery(project, bad));
      const result = await run(project);
      expect(statusesOf(result)).toMatchObject({ orders: "failed", report: "skipped" });
      expect(await fingerprint()).toEqual(before);
      const { message, hint } = errorOf(result, "orders") ?? {};
      expect(message).toBe(
        "not published: the assertion rowConditions (price >= 0) found 1 failing row",
      );
      expect(hint).toMatch(
        `all 2 rows that were not published are kept in shop.orders__rejected: npx dataform query 'select * from "shop"."orders__rejected"'`,
      );
      expect(await rows("select id, price from shop.orders__rejected order by id")).toEqual([
        ["2", "11"],
        ["3", "-1"],
      ]);
    });

    it("leaves nothing but the rejected rows when the first build fails", async () => {
      const project = ordersProject(kind, bad);
      const result = await run(project);
      expect(statusesOf(result)).toMatchObject({ orders: "failed", report: "skipped" });
      expect(
        await rows(
          "select relname from pg_class where relnamespace = 'shop'::regnamespace and relkind in ('r', 'p', 'm', 'v', 'i', 'I')",
        ),
      ).toEqual([["orders__rejected"]]);
      expect(await rows("select count(*) from shop.orders__rejected")).toEqual([["2"]]);
    });
  });

  it.each([
    [
      "swapped",
      "create index orders_price on shop.orders (price); comment on column shop.orders.id is 'the id'",
    ],
    ["refreshed while readers go on", "create unique index orders_id on shop.orders (id)"],
    [
      "refreshed while readers wait",
      "create function public.orders() returns bigint begin atomic select count(*) from shop.orders; end",
    ],
  ])(
    "a materialized view that is %s shows no row that fails, before or after: %s",
    async (way, statements) => {
      const project = temporaryProject({
        "orders.sqlx": `config { type: "view", materialized: true, assertions: { rowConditions: ["price >= 0"] } }
select id, price from public.source`,
      });
      await database.query("create table public.source as select 1 as id, 10 as price");
      await run(project);
      await database.query(statements);
      const before = await fingerprint();
      await database.query("insert into public.source values (2, -1)");
      const result = await run(project);
      expect(statusesOf(result)).toMatchObject({ orders: "failed" });
      expect(await fingerprint()).toEqual(before);
      expect(await rows("select id from shop.orders__rejected order by id")).toEqual([
        ["1"],
        ["2"],
      ]);
      await database.query("update public.source set price = 1");
      const passed = await run(project);
      expect(passed.status).toBe("successful");
      expect(resultOf(passed, "orders")?.tasks[0]?.replacement).toContain(way);
      expect(await rows("select id, price from shop.orders order by id")).toEqual([
        ["1", "1"],
        ["2", "1"],
      ]);
    },
  );
});

function withQuery({ folder }: TemporaryProject, query: string): string {
  const text = readFileSync(`${folder}/definitions/orders.sqlx`, "utf8");
  return `${text.split("\n")[0]}\n${query}`;
}
