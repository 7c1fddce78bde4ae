import { describe, expect, it } from "vitest";
import { runInDatabase } from "../../support/run-in-database.ts";
import { temporaryProject } from "../../support/temporary-project.ts";
import { anyServer } from "../../support/test-database.ts";

const follower = `config { type: "incremental", uniqueKey: ["id"], postgres: { follows: { orders: ["id"] } } }
  select id, amount from \${ref("orders")}
  \${when(incremental(), "where id in (select id from pg_temp.orders__changed)")}`;
const files = {
  "orders.sqlx": `config { type: "declaration", schema: "shop" }`,
  "first.sqlx": follower,
  "second.sqlx": follower,
};

describe.each(anyServer())("a large log of changed keys on $name", (server) => {
  it("is emptied when all followers have seen it, and kept for those that have not", async () => {
    const { database, run, rows } = await runInDatabase(server);
    await database.query(`create schema shop;
      create table shop.orders (id int primary key, amount int);
      insert into shop.orders select n, n from generate_series(1, 25000) as n`);
    const project = temporaryProject(files);
    const difference = (name: string) =>
      rows(`(table shop.orders except table shop.${name}) union all
        (table shop.${name} except table shop.orders)`);
    const writeAll = () => database.query("update shop.orders set amount = amount + 1");
    await run(project);
    const [[name] = []] = await rows("select max(log) from dataform_postgres.followers");
    const changes = `dataform_postgres.changes_${name}`;
    const log = async () =>
      (await rows(`select count(*), pg_relation_size('${changes}') > 0 from ${changes}`))[0];
    // a vacuum would use the log, too
    await database.query(`alter table ${changes} set (autovacuum_enabled = false)`);
    await writeAll();
    await run(project, { actions: ["first"] });
    expect(await log()).toEqual(["25000", "t"]);
    await run(project, { actions: ["second"] });
    expect(await log()).toEqual(["0", "f"]);
    expect(await difference("second")).toEqual([]);

    await writeAll();
    await database.transaction(async (session) => {
      await session.query("insert into shop.orders values (0, 0)");
      await run(project);
      // the rows were removed one by one, since one waits to be committed
      expect(await log()).toEqual(["0", "t"]);
    });
    await writeAll();
    await run(project, { actions: ["first"] });
    await run(project, { actions: ["second"] });
    expect(await log()).toEqual(["0", "f"]);
    expect(await difference("first")).toEqual([]);
    expect(await difference("second")).toEqual([]);
  });
});
