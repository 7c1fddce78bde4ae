import { expect, it } from "vitest";
import { keySearch } from "../../../runner/execute/gates/key-search.ts";
import { runInDatabase } from "../../support/run-in-database.ts";
import { serversByVersion } from "../../support/test-database.ts";

it.each(serversByVersion())(
  "the rows of a key are looked up, read or known to be one, on $name",
  async (server) => {
    const { database } = await runInDatabase(server);
    await database.query(`
    create schema shop;
    create table shop.orders (id int, kind text, tags text[], only_once int, later int);
    insert into shop.orders select n, 'k', array[n::text], n, n from generate_series(1, 1000) as n;
    create index on shop.orders (id, later);
    create index on shop.orders (tags);
    create index on shop.orders (lower(kind));
    create unique index on shop.orders (only_once);
    create unique index on shop.orders (kind) where kind <> 'k'`);
    await database.query(
      "alter table shop.orders add constraint late unique (later) deferrable; analyze shop.orders",
    );
    await database.session(async (session) => {
      const search = (key: string, keyCount = 10) =>
        keySearch(session, "shop.orders", key, keyCount);
      expect(await search("id")).toEqual(["id"]);
      expect(await search('"id", kind')).toEqual(['"id"', "kind"]);
      expect(await search("id", 200)).toBe("all");
      expect(await search("only_once")).toBe("unique");
      expect(await search("kind, only_once", 200)).toBe("unique");
      // a partial index, an expression, one whose values PostgreSQL would take for rows, and none
      expect(await search("kind")).toBe("all");
      expect(await search("lower(kind)")).toBe("all");
      expect(await search("tags")).toBe("all");
      expect(await keySearch(session, "shop.missing", "id", 1)).toBe("all");
      // two rows may have the same until the end of the transaction
      expect(await search("later")).toEqual(["later"]);
      await session.query("create table shop.more () inherits (shop.orders)");
      expect(await search("only_once")).toEqual(["only_once"]);
    });
  },
);
