import { expect, it, vi } from "vitest";
import { auditProject } from "../../../runner/audit/audit-project.ts";
import { openUrl } from "../../support/opened-database.ts";
import { startOwnServer } from "../../support/own-server.ts";
import { waitMillis } from "../../support/patience.ts";
import { statusesOf } from "../../support/run-in-database.ts";
import { runProject, validateProject } from "../../support/run-project.ts";
import { temporaryProject } from "../../support/temporary-project.ts";
import { whenTestEnds } from "../../support/when-test-ends.ts";

it("reads every row of a table that a subscription writes, which runs no trigger for a statement", async () => {
  const server = await startOwnServer({ settings: "wal_level = logical\n" });
  whenTestEnds(server.remove);
  const url = (name: string) => `postgres://postgres@/${name}?host=${server.socketFolder}`;
  const admin = await openUrl(url("postgres"));
  await admin.query("create database theirs");
  await admin.query("create database ours");
  const [theirs, ours] = [await openUrl(url("theirs")), await openUrl(url("ours"))];
  const orders = "create schema shop; create table shop.orders (id int primary key, amount int)";
  await theirs.query(
    `${orders}; insert into shop.orders values (1, 1), (2, 2); create publication p for table shop.orders`,
  );
  await theirs.query("select pg_create_logical_replication_slot('s', 'pgoutput')");
  await ours.query(`${orders}; create table shop.quiet as select 1 as id`);
  const port = (await admin.query("show port")).rows[0]?.[0];
  await ours.query(`create subscription s connection 'host=${server.socketFolder} port=${port} dbname=theirs user=postgres'
    publication p with (create_slot = false, slot_name = 's')`);
  const amounts = async () =>
    (await ours.query("select amount from shop.orders order by id")).rows.flat();
  const arrives = (wanted: string[]) =>
    vi.waitFor(async () => expect(await amounts()).toEqual(wanted), { timeout: waitMillis });
  await arrives(["1", "2"]);
  const project = temporaryProject({
    "orders.sqlx": `config { type: "declaration", schema: "shop" }`,
    "totals.sqlx": `config { type: "incremental", uniqueKey: ["id"], postgres: { follows: { orders: ["id"] } } }
      select id, amount from \${ref("orders")}
      \${when(incremental(), "where id in (select id from pg_temp.orders__changed)")}`,
    "quiet.sqlx": `config { type: "table", name: "copy" }\nselect id from shop.quiet`,
  });
  const run = async (changed = false) => {
    const result = await runProject({
      projectDir: project.folder,
      database: ours,
      runConfig: { changed },
    });
    expect(statusesOf(result)).toEqual({ totals: "successful", copy: "successful" });
  };
  await run();
  await run(true);
  await theirs.query("update shop.orders set amount = 7 where id = 2");
  await arrives(["1", "7"]);
  // What it has applied may not be counted yet.
  const { graph } = await validateProject({
    projectDir: project.folder,
    database: ours,
    runConfig: { changed: true },
  });
  const copy = graph.actions.find(({ target }) => target.name === "copy");
  expect(copy?.change).toMatchObject({
    runs: true,
    reason: expect.stringMatching(/^rows may not be counted yet: process/),
  });
  await run();
  const { tables } = await auditProject({ projectDir: project.folder, database: ours });
  expect(tables.map(({ status }) => status)).toEqual(["exact"]);
  // Rows that came before it was dropped are read, too.
  await theirs.query("update shop.orders set amount = 8 where id = 2");
  await arrives(["1", "8"]);
  await ours.query("alter subscription s disable");
  await ours.query("alter subscription s set (slot_name = none)");
  await ours.query("drop subscription s");
  await run();
  expect((await ours.query("select amount from shop.totals order by id")).rows.flat()).toEqual([
    "1",
    "8",
  ]);
});
