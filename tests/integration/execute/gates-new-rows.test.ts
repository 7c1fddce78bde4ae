import { beforeEach, describe, expect, it } from "vitest";
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

const onlyNew = 'rows: "new"';
const table = (query: string, settings = onlyNew, config = "") =>
  `config { type: "incremental", assertions: { uniqueKey: ["id", "kind"], rowConditions: ["price >= 0"] }, postgres: { assertions: { ${settings} } }${config} }
${query}`;
const one = (id: number | null, kind: string | null, price = 1) =>
  `select ${id}::int as id, ${kind === null ? null : `'${kind}'`}::text as kind, ${price} as price, date '2026-01-05' as day`;

describe.each(anyServer())("gates of new rows on $name", (server) => {
  let database: RunningDatabase["database"];
  let run: RunningDatabase["run"];
  let rows: RunningDatabase["rows"];
  let project: TemporaryProject;

  beforeEach(async () => {
    ({ database, run, rows } = await runInDatabase(server));
  });

  const start = async (settings?: string, config?: string) => {
    project = temporaryProject({ "orders.sqlx": table(one(1, "a"), settings, config) });
    expect((await run(project)).status).toBe("successful");
    // Somebody else's rows, which break both rules.
    await database.query(
      "insert into shop.orders values (7, 'x', -7, '2026-01-07'), (7, 'x', 7, '2026-01-07'), (null, 'n', 1, '2026-01-07'), (8, null, 1, '2026-01-07')",
    );
  };
  const add = async (query: string, settings?: string, config?: string) => {
    project.write("orders.sqlx", table(query, settings, config));
    return statusesOf(await run(project)).orders;
  };

  it("look at what the run adds, and not at what others left in the table", async () => {
    await start();
    expect(await add(one(2, "a"))).toBe("successful");
    expect(await add(one(3, "a", -1))).toBe("failed");
    expect(await rows("select count(*) from shop.orders where id = 3")).toEqual([["0"]]);
    expect(await add(one(3, "a"), 'rows: "all"')).toBe("failed");
  });

  it.each([
    ["one that is there", one(1, "a"), "failed"],
    ["one that stands twice in the new rows", `${one(4, "a")} union all ${one(4, "a")}`, "failed"],
    ["one of which only a part is there", one(1, "b"), "successful"],
    ["one that others have doubled", one(7, "x"), "failed"],
    ["one with a NULL that is there", one(null, "n"), "failed"],
    ["another one with a NULL that is there", one(8, null), "failed"],
    ["one with a NULL that is new", one(9, null), "successful"],
    ["one that is NULL altogether", one(null, null), "successful"],
  ])("compare the key of a new row with the whole table: %s", async (_, query, status) => {
    await start();
    expect(await add(query)).toBe(status);
  });

  it("look each key up in a large table with an index, and trust an index that keeps the key unique", async () => {
    await start();
    await database.query(`
      insert into shop.orders select n, 'k', 1, '2026-01-07' from generate_series(100, 299) as n;
      create index on shop.orders (id, price);
      create unique index on shop.orders (kind) where kind = 'only';
      analyze shop.orders`);
    expect(await add(one(2, "a"))).toBe("successful");
    expect(await add(one(7, "x"))).toBe("failed");
    expect(await add(one(100, "k"))).toBe("failed");
    expect(await add(`${one(4, "a")} union all ${one(4, "a")}`)).toBe("failed");
    expect(await add(one(8, null))).toBe("failed");
    // PostgreSQL takes NULLs for different values.
    await database.query(
      "delete from shop.orders where kind = 'x'; create unique index on shop.orders (id, kind)",
    );
    expect(await add(one(8, null))).toBe("failed");
    expect(await add(one(300, "k"))).toBe("successful");
  });

  it("look a key of one column up in a large table with an index", async () => {
    const tickets = (id: number | null) =>
      `config { type: "incremental", assertions: { uniqueKey: ["id"] }, postgres: { assertions: { ${onlyNew} } } } select ${id}::int as id`;
    project = temporaryProject({ "tickets.sqlx": tickets(1) });
    expect((await run(project)).status).toBe("successful");
    await database.query(`
      insert into shop.tickets select generate_series(100, 299) union all select null;
      create index on shop.tickets (id); analyze shop.tickets`);
    const found = [];
    for (const id of [100, 300, 300, null]) {
      project.write("tickets.sqlx", tickets(id));
      found.push(statusesOf(await run(project)).tickets);
    }
    expect(found).toEqual(["failed", "successful", "failed", "failed"]);
  });

  it("say that only new rows were checked", async () => {
    await start();
    project.write("orders.sqlx", table(one(3, "a", -1)));
    const result = await run(project);
    expect(errorOf(result, "orders")?.message).toBe(
      "not published: the assertion rowConditions (price >= 0) found 1 failing row among the new ones",
    );
    const { assertion } = resultOf(result, "shop_orders_assertions_rowConditions")?.tasks[0] ?? {};
    expect(assertion).toMatchObject({ rows: "new", failingRows: 1 });
  });

  it("look at all rows in a first build and in a full refresh", async () => {
    await start();
    const { folder } = project;
    project.write("orders.sqlx", table(`${one(1, "a")} union all ${one(2, "a", -1)}`));
    const refreshed = await runProject({
      projectDir: folder,
      database,
      runConfig: { fullRefresh: true },
    });
    expect(statusesOf(refreshed).orders).toBe("failed");
    const outcome = resultOf(refreshed, "shop_orders_assertions_rowConditions")?.tasks[0]
      ?.assertion;
    expect(outcome).not.toHaveProperty("rows");
  });

  it("may hold for one kind alone", async () => {
    const settings = 'rowConditions: { rows: "new" }, nonNull: { rows: "new" }';
    await start(settings);
    project.write("orders.sqlx", table(one(2, "a"), settings));
    const result = await run(project);
    expect(errorOf(result, "orders")?.message).toBe(
      "not published: the assertion uniqueKey (id, kind) found 1 failing row",
    );
  });

  it("may warn, and a percentage is then of the new rows", async () => {
    const settings = `${onlyNew}, severity: "warn", failAbove: { percent: 50 }`;
    await start(settings);
    project.write("orders.sqlx", table(`${one(2, "a")} union all ${one(3, "a", -1)}`, settings));
    const passed = await run(project);
    expect(passed.status).toBe("successful");
    const outcome = (result: typeof passed) =>
      resultOf(result, "shop_orders_assertions_rowConditions")?.tasks[0]?.assertion;
    expect(outcome(passed)).toMatchObject({ failingRows: 1, verdict: "tolerated" });
    project.write("orders.sqlx", table(one(4, "a", -1), settings));
    expect(outcome(await run(project))).toMatchObject({
      rows: "new",
      verdict: "warning",
      allowed: "50 % of 1 row",
    });
  });

  it("hold the percentage of a unique key against the new rows, not against those of their keys", async () => {
    await start();
    await database.query("insert into shop.orders select * from shop.orders where id = 1");
    expect(await add(one(1, "a"), `${onlyNew}, failAbove: { percent: 50 }`)).toBe("failed");
    const two = `${one(1, "a")} union all ${one(5, "a")}`;
    expect(await add(two, `${onlyNew}, failAbove: { percent: 50 }`)).toBe("successful");
  });

  it("publish rows that an assertion which only warns cannot check, and tell its error", async () => {
    const text = (price: number) =>
      table(one(price, "a", price), `${onlyNew}, severity: "warn"`).replace(
        "price >= 0",
        "1 / price >= 0",
      );
    project = temporaryProject({ "orders.sqlx": text(1) });
    expect((await run(project)).status).toBe("successful");
    project.write("orders.sqlx", text(0));
    const result = await run(project);
    expect(statusesOf(result)).toMatchObject({
      orders: "successful",
      shop_orders_assertions_rowConditions: "failed",
    });
    expect(errorOf(result, "shop_orders_assertions_rowConditions")?.message).toBe(
      "division by zero",
    );
  });

  it.each([
    ", uniqueKey: ['id', 'kind']",
    ", incrementalStrategy: 'INSERT_OVERWRITE', bigquery: { partitionBy: 'day' }",
  ])("work with every strategy%s", async (config) => {
    const settings = `${onlyNew}`;
    const text = (query: string) =>
      table(query, settings, config).replace(
        config.includes("uniqueKey") ? 'uniqueKey: ["id", "kind"], ' : "never",
        "",
      );
    project = temporaryProject({ "orders.sqlx": text(one(1, "a")) });
    expect((await run(project)).status).toBe("successful");
    await database.query("insert into shop.orders values (7, 'x', -7, '2026-01-07')");
    project.write("orders.sqlx", text(one(1, "a", 5)));
    expect((await run(project)).status).toBe("successful");
    project.write("orders.sqlx", text(one(1, "a", -5)));
    expect((await run(project)).status).toBe("failed");
    expect(await rows("select price from shop.orders order by price")).toEqual([["-7"], ["5"]]);
  });

  it("look at all rows when an assertion names a column that the query does not give", async () => {
    const text = (price: number, condition: string) =>
      `config { type: "incremental", uniqueKey: ["id"], assertions: { rowConditions: ["${condition}"] }, postgres: { assertions: { ${onlyNew} } } }
      select 1 as id, ${price} as price`;
    project = temporaryProject({ "orders.sqlx": text(7, "price > 0") });
    expect((await run(project)).status).toBe("successful");
    await database.query(`
      alter table shop.orders add net int generated always as (price - 5) stored, add bonus int;
      update shop.orders set bonus = -3`);
    const outcomes = [];
    for (const condition of ["net >= 0", "price + bonus > 0", "price > 0"]) {
      project.write("orders.sqlx", text(2, condition));
      const result = await run(project);
      const outcome = resultOf(result, "shop_orders_assertions_rowConditions")?.tasks[0]?.assertion;
      outcomes.push([statusesOf(result).orders, outcome?.rows ?? "all"]);
    }
    expect(outcomes).toEqual([
      ["failed", "all"],
      ["failed", "all"],
      ["successful", "new"],
    ]);
  });

  it("are for incremental tables alone", async () => {
    project = temporaryProject({
      "orders.sqlx": `config { type: "table", assertions: { uniqueKey: ["id"] }, postgres: { assertions: { rows: "new" } } }\nselect 1 as id`,
    });
    await expect(run(project)).rejects.toThrow(
      /rows: "new" is for incremental tables, and this is a table/,
    );
  });
});
