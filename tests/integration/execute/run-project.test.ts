import { beforeEach, describe, expect, it } from "vitest";
import type { Database } from "../../../runner/database/database.ts";
import type { RunConfig } from "../../../runner/plan/run-config.ts";
import { openTestDatabase } from "../../support/opened-database.ts";
import { errorOf } from "../../support/run-in-database.ts";
import { planProject, runProject } from "../../support/run-project.ts";
import { type TemporaryProject, temporaryProject } from "../../support/temporary-project.ts";
import { serversByVersion } from "../../support/test-database.ts";
import { inThisDatabase, until, workingOn } from "../../support/watch-server.ts";

describe.each(serversByVersion())("a run on $name", (server) => {
  let database: Database;

  beforeEach(async () => {
    ({ database } = await openTestDatabase(server));
  });

  const run = (project: TemporaryProject, runConfig: RunConfig = {}) =>
    runProject({ projectDir: project.folder, database, runConfig });
  const rows = async (sql: string) => (await database.query(sql)).rows;
  const statuses = (result: Awaited<ReturnType<typeof runProject>>) =>
    Object.fromEntries(result.actions.map(({ target, status }) => [target.name, status]));

  it("builds tables, views, incremental tables and operations in graph order", async () => {
    const project = temporaryProject({
      "source.sqlx": `config { type: "operations", hasOutput: true }
create table if not exists \${self()} (id int, price numeric)
---
insert into \${self()} values (1, 10), (2, 20)`,
      "orders.sqlx": `config { type: "table" }\nselect * from \${ref("source")} as source`,
      "report.sqlx": `config { type: "view" }\nselect sum(price) as total from \${ref("orders")} as orders`,
      "log.sqlx": `config { type: "incremental" }
select id from \${ref("orders")} as orders \${when(incremental(), \`where id > (select max(id) from \${self()})\`)}`,
    });
    const result = await run(project);
    expect(result.status).toBe("successful");
    expect(await rows("select total from shop.report")).toEqual([["30"]]);
    expect(await rows("select count(*) from shop.log")).toEqual([["2"]]);
    await database.query("insert into shop.source values (3, 5)");
    await database.query("delete from shop.source where id < 3");
    expect((await run(project, { actions: ["orders", "log"] })).status).toBe("successful");
    expect(await rows("select id from shop.log order by id")).toEqual([["1"], ["2"], ["3"]]);
    expect(await rows("select total from shop.report")).toEqual([["5"]]);
  });

  it("changes nothing on a dry run", async () => {
    const project = temporaryProject({ "orders.sqlx": `config { type: "table" }\nselect 1 as id` });
    const before = await rows("select count(*) from pg_class");
    const plan = await planProject({ projectDir: project.folder, database });
    expect(plan.schemas).toEqual(["shop"]);
    expect(await rows("select count(*) from pg_class")).toEqual(before);
    expect(await rows("select count(*) from pg_namespace where nspname = 'shop'")).toEqual([["0"]]);
  });

  it("keeps a table's identity, indexes, grants and the views on it when its rows are replaced", async () => {
    const project = temporaryProject({ "orders.sqlx": `config { type: "table" }\nselect 1 as id` });
    await run(project);
    await database.query("create unique index orders_id on shop.orders (id)");
    await database.query("grant select on shop.orders to public");
    await database.query("create view public.mine as select id from shop.orders");
    const identity = "select oid, relacl::text from pg_class where relname = 'orders'";
    const before = await rows(identity);
    project.write("orders.sqlx", `config { type: "table" }\nselect 2 as id`);
    expect((await run(project)).status).toBe("successful");
    expect(await rows(identity)).toEqual(before);
    expect(await rows("select id from public.mine")).toEqual([["2"]]);
    expect(await rows("select count(*) from pg_indexes where indexname = 'orders_id'")).toEqual([
      ["1"],
    ]);
  });

  it("makes a table anew when its columns change, and puts grants and foreign views back", async () => {
    const project = temporaryProject({ "orders.sqlx": `config { type: "table" }\nselect 1 as id` });
    await run(project);
    await database.query("grant select on shop.orders to public");
    await database.query("create view public.mine as select id from shop.orders");
    await database.query("create view public.on_mine as select id from public.mine");
    await database.query("comment on view public.mine is 'hand-made'");
    project.write("orders.sqlx", `config { type: "table" }\nselect 'a'::text as name, 2 as id`);
    expect((await run(project)).status).toBe("successful");
    expect(await rows("select name, id from shop.orders")).toEqual([["a", "2"]]);
    expect(await rows("select id from public.on_mine")).toEqual([["2"]]);
    expect(await rows("select obj_description('public.mine'::regclass)")).toEqual([["hand-made"]]);
    expect(await rows("select has_table_privilege('pg_monitor', 'shop.orders', 'select')")).toEqual(
      [["t"]],
    );
  });

  it("changes nothing when a foreign view would break, and names the view", async () => {
    const project = temporaryProject({
      "orders.sqlx": `config { type: "table" }\nselect 1 as id, 2 as price`,
    });
    await run(project);
    await database.query("create view public.mine as select price from shop.orders");
    project.write("orders.sqlx", `config { type: "table" }\nselect 1 as id`);
    const result = await run(project);
    expect(result.actions[0]?.tasks[0]?.error?.message).toMatch(/public\.mine/);
    expect(await rows("select id, price from shop.orders")).toEqual([["1", "2"]]);
    expect(await rows("select price from public.mine")).toEqual([["2"]]);
  });

  it("changes the columns of a view in the middle of other views of the project", async () => {
    const project = temporaryProject({
      "base.sqlx": `config { type: "view" }\nselect 1 as a, 2 as b`,
      "top.sqlx": `config { type: "view" }\nselect b from \${ref("base")} as base`,
    });
    await run(project);
    project.write("base.sqlx", `config { type: "view" }\nselect 3 as c`);
    project.write("top.sqlx", `config { type: "view" }\nselect c from \${ref("base")} as base`);
    expect((await run(project)).status).toBe("successful");
    expect(await rows("select * from shop.top")).toEqual([["3"]]);
  });

  it("turns a view into a table and back", async () => {
    const project = temporaryProject({ "thing.sqlx": `config { type: "view" }\nselect 1 as id` });
    await run(project);
    for (const [type, relkind] of [
      ["table", "r"],
      ["view", "v"],
      ["incremental", "r"],
    ]) {
      project.write("thing.sqlx", `config { type: "${type}" }\nselect 1 as id`);
      expect((await run(project)).status).toBe("successful");
      expect(await rows("select relkind from pg_class where relname = 'thing'")).toEqual([
        [relkind],
      ]);
    }
  });

  it("skips everything below a failed action, reports each, and keeps the rest", async () => {
    const project = temporaryProject({
      "bad.sqlx": `config { type: "table" }\nselect 1 / 0 as id`,
      "below.sqlx": `config { type: "table" }\nselect * from \${ref("bad")} as bad`,
      "deeper.sqlx": `config { type: "view" }\nselect * from \${ref("below")} as below`,
      "other.sqlx": `config { type: "table" }\nselect 1 as id`,
    });
    const result = await run(project);
    expect(result.status).toBe("failed");
    expect(statuses(result)).toEqual({
      bad: "failed",
      below: "skipped",
      deeper: "skipped",
      other: "successful",
    });
    expect(result.actions.find(({ target }) => target.name === "deeper")?.reason).toContain(
      "shop.bad",
    );
    expect(result.actions.find(({ status }) => status === "failed")?.tasks[0]?.error).toMatchObject(
      {
        sqlstate: "22012",
      },
    );
  });

  it("points at the error inside the author's own query", async () => {
    const project = temporaryProject({
      "bad.sqlx": `config { type: "table" }\nselect\n  1 as id,\n  nonsense as x`,
    });
    const error = (await run(project)).actions[0]?.tasks[0]?.error;
    expect(error?.sqlstate).toBe("42703");
    const { statement = "", position = 0 } = error ?? {};
    expect(statement.slice(position - 1)).toMatch(/^nonsense/);
  });

  it("undoes pre-operations and the table itself when a post-operation fails", async () => {
    const project = temporaryProject({
      "orders.sqlx": `config { type: "table" }
pre_operations {
  create table public.trace (id int)
}
select 1 as id
post_operations {
  select no_such_function()
}`,
    });
    expect((await run(project)).status).toBe("failed");
    expect(await rows("select to_regclass('public.trace'), to_regclass('shop.orders')")).toEqual([
      [null, null],
    ]);
  });

  it("runs statements that PostgreSQL refuses inside a transaction, and has no rows for one that asks for some", async () => {
    const project = temporaryProject({
      "maintain.sqlx": `config { type: "operations" }
create table if not exists public.maintained (id int)
---
vacuum public.maintained`,
      "load.sqlx": `config { type: "operations", dependencies: ["maintain"] }
copy public.maintained from stdin`,
    });
    const result = await run(project);
    expect(statuses(result)).toEqual({ maintain: "successful", load: "failed" });
    expect(errorOf(result, "load")?.hint).toContain("load them before the run with psql's");
  });

  it("counts the rows of a failing assertion, shows five of them and skips what depends on it", async () => {
    const project = temporaryProject({
      "orders.sqlx": `config { type: "table", assertions: { uniqueKey: ["id"], rowConditions: ["note <> 'it''s bad'"] } }
select n / 2 as id, 'it''s bad' as note from generate_series(1, 20) as n`,
      "after.sqlx": `config { type: "table", dependOnDependencyAssertions: true }
select * from \${ref("orders")} as orders`,
    });
    const result = await run(project);
    expect(statuses(result)).toMatchObject({ orders: "failed", after: "skipped" });
    const outcomes = result.actions.flatMap(({ tasks }) => tasks.map(({ assertion }) => assertion));
    const condition = outcomes.find((outcome) => outcome?.rule.startsWith("rowConditions"));
    expect(condition?.rule).toBe("rowConditions (note <> 'it''s bad')");
    expect(condition?.failingRows).toBe(20);
    expect(condition?.sample).toHaveLength(5);
    const key = outcomes.find((outcome) => outcome?.rule === "uniqueKey (id)");
    expect(key?.failingRows).toBe(9);
  });

  it("leaves a disabled action out and runs what depends on it", async () => {
    const project = temporaryProject({
      "off.sqlx": `config { type: "table", disabled: true }\nselect 1 as id`,
      "below.sqlx": `config { type: "view", dependencies: ["off"] }\nselect 1 as id`,
    });
    expect(statuses(await run(project))).toEqual({ off: "disabled", below: "successful" });
    expect(await rows("select to_regclass('shop.off')")).toEqual([[null]]);
  });

  it("puts descriptions on relations and columns", async () => {
    const project = temporaryProject({
      "orders.sqlx": `config { type: "view", description: "One row an order; it's all.", columns: { id: "Key.", gone: "No such column." } }
select 1 as id`,
    });
    expect((await run(project)).status).toBe("successful");
    expect(
      await rows(
        "select obj_description('shop.orders'::regclass), col_description('shop.orders'::regclass, 1)",
      ),
    ).toEqual([["One row an order; it's all.", "Key."]]);
  });

  it("refuses a second run on the same schemas and names the first", async () => {
    const project = temporaryProject({
      "slow.sqlx": `config { type: "operations" }
do $$ begin
  while not exists (select from public.gate) loop perform pg_sleep(0.02); end loop;
end $$`,
    });
    await database.query("create table public.gate (id int)");
    const first = run(project);
    await until(() => rows(workingOn("public.gate")));
    await expect(run(project)).rejects.toMatchObject({ code: "LOCKED" });
    await database.query("insert into public.gate values (1)");
    expect((await first).status).toBe("successful");
  });

  it("marks its sessions as its own and ends when it loses its lock", async () => {
    const project = temporaryProject({
      "slow.sqlx": `config { type: "operations" }\nselect pg_sleep(60)`,
      "next.sqlx": `config { type: "operations", dependencies: ["slow"] }\nselect 1`,
    });
    const running = run(project);
    const advisory = (mode: string) =>
      rows(`select count(distinct pid) from pg_locks where locktype = 'advisory' and mode = '${mode}'
        and ${inThisDatabase}`);
    await expect.poll(() => rows(workingOn("pg_sleep"))).toHaveLength(1);
    expect(await advisory("ShareLock")).toEqual([["1"]]);
    await database.query(`
      select pg_terminate_backend(pid) from pg_locks
      where locktype = 'advisory' and mode = 'ExclusiveLock'
        and ${inThisDatabase} limit 1`);
    const result = await running;
    expect(result.status).toBe("failed");
    expect(statuses(result).next).toBe("skipped");
    expect(await advisory("ShareLock")).toEqual([["0"]]);
  });

  it("cancels running statements and starts no others when the signal is aborted", async () => {
    const project = temporaryProject({
      "slow.sqlx": `config { type: "operations" }\nselect pg_sleep(60)`,
      "next.sqlx": `config { type: "operations", dependencies: ["slow"] }\nselect 1`,
    });
    const controller = new AbortController();
    const running = runProject({
      projectDir: project.folder,
      database,
      signal: controller.signal,
      listener: (event) => {
        if (event.type === "actionStarted") setTimeout(() => controller.abort(), 200);
      },
    });
    const result = await running;
    expect(result.status).toBe("cancelled");
    expect(statuses(result)).toEqual({ slow: "cancelled", next: "cancelled" });
    expect(await rows(workingOn("pg_sleep"))).toEqual([]);
  });
});
