import { expect, it } from "vitest";
import {
  type IndexedColumns,
  indexedColumns,
  storedRows,
} from "../../../runner/execute/publish/stored-rows.ts";
import { readRelation } from "../../../runner/relation/relation.ts";
import { runInDatabase, statusesOf } from "../../support/run-in-database.ts";
import { temporaryProject } from "../../support/temporary-project.ts";
import { serversByVersion } from "../../support/test-database.ts";

const target = { schema: "shop", name: "stored" };

it.each(serversByVersion())(
  "stored rows are found by keys of every type, by an index or without one, on $name",
  async (server) => {
    const { database } = await runInDatabase(server);
    await database.query(`
      create schema shop;
      create domain shop.code as text;
      create type shop.kind as enum ('a', 'b', 'c');
      create table shop.stored (whole int, exact numeric, code shop.code, kind shop.kind, at timestamptz,
        bytes bytea, list int[], other text collate "C", flat text, grade int);
      insert into shop.stored select n / 2, n / 2, n / 2, (array['a', 'b', 'c']::shop.kind[])[1 + n % 3],
        timestamptz '2026-01-01' + n / 2 * interval '1 s', int4send(n / 2), array[n / 2], n / 2, n / 2, n % 1000
        from generate_series(1, 60000) as n;
      insert into shop.stored (whole) values (null);
      create index on shop.stored (whole); create index on shop.stored (exact, kind);
      create index on shop.stored (code); create index on shop.stored (kind); create index on shop.stored (at);
      create index on shop.stored (bytes); create index on shop.stored (list);
      create index on shop.stored (other collate "POSIX"); create index on shop.stored using brin (flat);
      create index on shop.stored (kind, grade);
      analyze shop.stored`);
    await database.session(async (session) => {
      const indexed = await indexedColumns(session, target, 1);
      expect(Object.fromEntries(indexed)).toEqual({
        ...Object.fromEntries(
          ["at", "bytes", "code", "whole"].map((name) => [name, { isSelective: true, next: [] }]),
        ),
        exact: { isSelective: true, next: ["kind"] },
        kind: { isSelective: false, next: ["grade"] },
      });
      expect(await indexedColumns(session, target, 6_001)).toEqual(new Map());
      const columns = (await readRelation(session, target))?.columns ?? [];
      await session.query(`create temp table keys as select distinct whole, code, kind, at, bytes, list, other, flat, grade
        from shop.stored where whole % 2 = 0 or whole is null`);
      const found = async (own: string[], source = own, index: IndexedColumns = indexed) => {
        const pairs = own.map((name, at) => ({
          own: name,
          equals: columns.find((column) => column.name === name)?.equals ?? "",
          source: `changed."${source[at]}"`,
        }));
        const keys = `(select distinct ${source.join(", ")} from pg_temp.keys) as changed`;
        const search = storedRows("shop.stored", index, { by: keys, pairs }, ["whole"], true);
        const { rows } = await session.query(search);
        return rows.map((row) => row.join()).sort();
      };
      for (const [own, source = own] of [
        [["whole"]],
        [["exact"], ["whole"]],
        [["whole", "at"]],
        [["kind", "grade"]],
        // only its first column has an index, with 20,000 rows for each value
        [["kind", "flat"]],
        [["code"]],
        [["at"]],
        [["bytes"]],
        [["list"]],
        [["other"]],
        [["flat"]],
        [["kind"]],
      ] satisfies [string[], string[]?][]) {
        const rows = await found(own, source);
        expect(rows.length, own.join()).toBe(own.join() === "kind" ? 60_000 : 30_000);
        expect(rows, own.join()).toEqual(await found(own, source, new Map()));
      }
    });
  },
);

it.each(serversByVersion())(
  "an index finds the rows of a keyed table that change, go and come, on $name",
  async (server) => {
    const { database, run, rows } = await runInDatabase(server);
    await database.query(`
      create schema shop;
      create table shop.orders (id int primary key, customer text, amount numeric);
      insert into shop.orders select n, 'c' || n % 900, n from generate_series(1, 3000) as n`);
    const query = "select id, customer, amount from shop.orders";
    const keyed = (
      follows: string,
      more: string,
      index: string,
    ) => `config { type: "incremental", ${more}
        postgres: { follows: { orders: ["${follows}"] }, indexes: [{ columns: ["${index}"] }] } }
      ${query.replace("shop.orders", '${ref("orders")}')}
      \${when(incremental(), "where ${follows} in (select ${follows} from pg_temp.orders__changed)")}`;
    const project = temporaryProject({
      "orders.sqlx": `config { type: "declaration", schema: "shop" }`,
      "by_id.sqlx": keyed("id", `uniqueKey: ["id"],`, "id"),
      "by_customer.sqlx": keyed("customer", `uniqueKey: ["id"],`, "customer"),
      "without_key.sqlx": keyed("customer", "", "customer"),
    });
    await run(project);
    await database.query("analyze");
    for (const change of [
      "insert into shop.orders values (5001, 'c7', 1), (5002, 'new', 2)",
      "update shop.orders set amount = amount + 1 where id in (10, 11); delete from shop.orders where id = 12",
      "update shop.orders set customer = 'c8' where id = 7",
      "delete from shop.orders where customer = 'c9'",
      "insert into shop.orders select n, 'many', n from generate_series(6001, 7000) as n",
    ]) {
      await database.query(change);
      expect(new Set(Object.values(statusesOf(await run(project)))), change).toEqual(
        new Set(["successful"]),
      );
      for (const name of ["by_id", "by_customer", "without_key"]) {
        const sorted = (from: string) => rows(`select r::text from (${from}) as r order by 1`);
        expect(await sorted(`select * from shop.${name}`), `${name}: ${change}`).toEqual(
          await sorted(query),
        );
      }
    }
  },
);
