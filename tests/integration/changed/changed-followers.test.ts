import { expect, it, vi } from "vitest";
import { waitMillis } from "../../support/patience.ts";
import { resultOf, runInDatabase } from "../../support/run-in-database.ts";
import { temporaryProject } from "../../support/temporary-project.ts";
import { anyServer } from "../../support/test-database.ts";
import { untilOthersEnd } from "../../support/watch-server.ts";

const changed = { changed: true };

it.each(anyServer())(
  "computes keys in a run of what changed that were committed while it was told of others, on $name",
  async (server) => {
    const { database, run, rows } = await runInDatabase(server);
    await database.query(`create schema shop;
      create table shop.orders (id int, amount int); insert into shop.orders values (1, 1);
      create table shop.events (id int, xid xid8 not null default pg_current_xact_id())`);
    const declared = `config { type: "declaration", schema: "shop" }`;
    const project = temporaryProject({
      "orders.sqlx": declared,
      "events.sqlx": declared,
      "totals.sqlx": `config { type: "incremental", uniqueKey: ["id"],
          postgres: { follows: { orders: ["id"], events: { columns: ["id"], appendOnly: "xid" } } } }
        select o.id, o.amount, (select count(*) from \${ref("events")} as e where e.id = o.id) as events
        from \${ref("orders")} as o
        \${when(incremental(), \`where o.id in (select id from pg_temp.orders__changed union select id from pg_temp.events__changed)\`)}`,
    });
    const isUnchanged = async () => {
      const result = resultOf(await run(project, changed), "totals");
      expect(result?.status).toBe("successful");
      return result?.unchangedSince !== undefined;
    };
    for (const expected of [false, false, true]) expect(await isUnchanged()).toBe(expected);
    await database.query("insert into shop.orders values (2, 2)");
    // The run knows the changed orders when it waits to count events.
    const running = await database.session(async (holder) => {
      await holder.query("begin; lock table shop.events in access exclusive mode");
      const all = isUnchanged();
      const waiting =
        "select count(*) from pg_locks where relation = 'shop.events'::regclass and not granted";
      await vi.waitFor(async () => expect(await rows(waiting)).toEqual([["1"]]), {
        timeout: waitMillis,
      });
      await database.query("insert into shop.orders values (3, 3)");
      await holder.query("commit");
      return { all };
    });
    expect(await running.all).toBe(false);
    expect(await isUnchanged()).toBe(false);
    expect(await rows("select id from shop.totals order by id")).toEqual([["1"], ["2"], ["3"]]);
  },
);

it.each(anyServer())(
  "runs what follows a large table until its rows are counted since some were added, on $name",
  async (server) => {
    const { database, run, rows } = await runInDatabase(server);
    await database.query(`create schema shop;
      create table shop.events (id int, xid xid8 not null default pg_current_xact_id())`);
    // One range of each, of which a run counts the newest and a part of the others.
    for (const _ of ["oldest", "older", "newest"]) {
      await database.query(
        "insert into shop.events (id) select n % 10 from generate_series(1, 150000) as n",
      );
    }
    await untilOthersEnd(rows);
    const project = temporaryProject({
      "events.sqlx": `config { type: "declaration", schema: "shop" }`,
      "totals.sqlx": `config { type: "incremental", uniqueKey: ["id"],
          postgres: { follows: { events: { columns: ["id"], appendOnly: "xid" } } } }
        select e.id, count(*) as events from \${ref("events")} as e
        \${when(incremental(), "where e.id in (select id from pg_temp.events__changed)")}
        group by 1`,
    });
    const isUnchanged = async () => {
      const result = resultOf(await run(project, changed), "totals");
      expect(result?.status).toBe("successful");
      return result?.unchangedSince !== undefined;
    };
    const proof = () =>
      rows("select never from dataform_postgres.proofs where relation_name = 'totals'");
    const left = [["rows of shop.events are still to be counted again"]];
    expect(await isUnchanged()).toBe(false);
    expect(await proof()).toEqual([[null]]);
    expect(await isUnchanged()).toBe(false);
    expect(await proof()).toEqual(left);
    expect(await isUnchanged()).toBe(false);
    expect(await proof()).toEqual([[null]]);
    expect(await isUnchanged()).toBe(true);
    // As a restore does: the row names a transaction that had ended.
    await database.query("insert into shop.events values (3, '5')");
    expect(await isUnchanged()).toBe(false);
    expect(await proof()).toEqual(left);
    expect(await isUnchanged()).toBe(false);
    expect(await proof()).toEqual([[null]]);
    expect(await isUnchanged()).toBe(true);
    expect(await rows("select sum(events) from shop.totals")).toEqual([["450001"]]);
  },
);
