import { PassThrough } from "node:stream";
import { expect, it } from "vitest";
import { writeDump } from "../../../runner/backup/write-dump.ts";
import { readSpreadTables } from "../../../runner/database/warehouse/spread-tables.ts";
import { citusNames } from "../../support/citus-names.ts";
import { openTestDatabase } from "../../support/opened-database.ts";
import { anyServer } from "../../support/test-database.ts";

const targets = ["spread", "monthly", "own"].map((name) => ({ schema: "shop", name }));

/** Two shards of 40 kB and 100 rows for each table or partition. */
const shards = `
  create function pg_catalog.citus_total_relation_size(regclass, boolean) returns bigint
    language sql as 'select 80000';
  create function pg_catalog.run_command_on_shards(
    regclass, text, out shardid bigint, out success boolean, out result text)
    returns setof record language sql as 'select n, true, ''100'' from generate_series(1, 2) as n'`;

it.each(anyServer())(
  "asks the nodes how large spread tables are, and dumps none of them, on $name",
  async (server) => {
    const { database } = await openTestDatabase(server);
    const dump = () =>
      database.session((session) => writeDump(session, new PassThrough().resume()));
    await database.query(`
      create schema shop;
      create table shop.own (id bigint);
      create table shop.spread (id bigint);
      create table shop.monthly (id bigint, day date) partition by range (day);
      create table shop.monthly_1 partition of shop.monthly for values from ('2026-01-01') to ('2026-02-01');
      create table shop.monthly_2 partition of shop.monthly for values from ('2026-02-01') to ('2026-03-01')`);
    expect(await readSpreadTables(database, targets)).toEqual(new Map());
    expect(await dump()).toEqual({ tables: 4, rows: 0 });

    await database.query(`${citusNames} ${shards}`);
    await database.query(`
      select create_distributed_table('shop.' || name, 'id')
      from unnest(array['spread', 'monthly', 'monthly_1', 'monthly_2']) as name`);
    const found = await readSpreadTables(database, targets);
    expect([...found.values()]).toEqual([
      { schema: "shop", name: "spread", bytes: 80_000, rows: 200 },
      { schema: "shop", name: "monthly", bytes: 160_000, rows: 400 },
    ]);
    await expect(dump()).rejects.toThrow(
      "a dump cannot hold tables that Citus spreads over nodes: shop.monthly, shop.spread",
    );
  },
);
