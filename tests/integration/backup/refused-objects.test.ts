import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { openUrl } from "../../support/opened-database.ts";
import { madeDatabase } from "../../support/restored-database.ts";
import { serversByVersion } from "../../support/test-database.ts";
import { textOfDump } from "../../support/text-of-dump.ts";
import { whenTestEnds } from "../../support/when-test-ends.ts";

// The catalogue that a dump reads is another one in each version.
describe.each(serversByVersion())("a dump of $name", (server) => {
  it("fails when the role may not read where a sequence stands", async () => {
    const role = `reader_${randomUUID().replaceAll("-", "")}`;
    const { database, url } = await madeDatabase(
      server,
      `
      create sequence shop.numbers; select nextval('shop.numbers');
      create role ${role} login; grant usage on schema shop to ${role}`,
    );
    whenTestEnds(() => database.query(`drop owned by ${role}; drop role ${role}`));
    const limited = await openUrl(url.replace("postgres@", `${role}@`));
    await expect(textOfDump(limited)).rejects.toThrow("permission denied for sequence numbers");
  });

  it("refuses a table that needs a key, since its rows are written before the keys", async () => {
    const { database } = await madeDatabase(
      server,
      `
      create table shop.customers (id int primary key, name text);
      create view shop.named as select id, name from shop.customers group by id;
      create table shop.copies (copy shop.named)`,
    );
    await expect(textOfDump(database)).rejects.toThrow(
      "need each other in a circle: create table shop.copies",
    );
  });

  it.each([
    [
      "cast from shop.mood to",
      "create type shop.mood as enum (); create cast (shop.mood as text) with inout",
    ],
    ["type shop.unfinished", "create type shop.unfinished"],
    ["line break in a name of table shop.orders", 'create table shop.orders ("a\nb" int)'],
    ["language mine", "create language mine handler plpgsql_call_handler"],
    ["access method mine", "create access method mine type table handler heap_tableam_handler"],
    ["foreign-data wrapper mine", "create foreign data wrapper mine"],
    [
      "transform for integer language sql",
      `create transform for int language sql (
        from sql with function prsd_lextype(internal), to sql with function int4recv(internal))`,
    ],
    [
      "security label of table shop.orders",
      `create table shop.orders ();
      insert into pg_seclabel values ('shop.orders'::regclass, 'pg_class'::regclass, 0, 'none', 'secret')`,
    ],
  ])("refuses a %s by its name", async (name, sql) => {
    const { database } = await madeDatabase(server, sql);
    await expect(textOfDump(database)).rejects.toThrow(
      `a dump cannot hold what is in this database: ${name}`,
    );
  });

  it("refuses foreign servers, user mappings and subscriptions by their names", async () => {
    const { database } = await madeDatabase(
      server,
      `
      create foreign data wrapper a; create server b foreign data wrapper a;
      create user mapping for public server b`,
    );
    await database.query(
      "create subscription c connection '' publication p with (connect = false, slot_name = none)",
    );
    whenTestEnds(() => database.query("drop subscription c"));
    await expect(textOfDump(database)).rejects.toThrow(
      "foreign-data wrapper a, server b, subscription c, user mapping for public on server b",
    );
  });

  it("refuses comments on the foreign keys of partitions, whose names PostgreSQL gives", async () => {
    const { database } = await madeDatabase(
      server,
      `
      create table shop.customers (id int primary key);
      create table shop.orders (id int constraint own references shop.customers) partition by list (id);
      create table shop.orders_1 partition of shop.orders for values in (1);
      comment on constraint own on shop.orders_1 is 'a customer'`,
    );
    await expect(textOfDump(database)).rejects.toThrow(
      "cannot hold what is in this database: comment on constraint own on table shop.orders_1",
    );
  });
});
