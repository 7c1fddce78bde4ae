import { describe, expect, it } from "vitest";
import { expectRestored, madeDatabase, restoredFrom } from "../../support/restored-database.ts";
import { serversByVersion } from "../../support/test-database.ts";
import { textOfDump } from "../../support/text-of-dump.ts";

// The catalogue that a dump reads is another one in each version.
describe.each(serversByVersion())("objects in a dump of $name", (server) => {
  it("goes on with the ids of each sequence where they stand", async () => {
    const { ask } = await expectRestored(
      server,
      `
      create table shop.orders (id serial, line int generated always as identity);
      select setval('shop.orders_id_seq', 1000, false);
      alter table shop.orders alter line restart with 500;
      create sequence shop.fresh start 7; create sequence shop.used; select nextval('shop.used')`,
    );
    expect(await ask("insert into shop.orders default values returning id, line")).toEqual([
      ["1000", "500"],
    ]);
    expect(await ask("select nextval('shop.fresh'), nextval('shop.used')")).toEqual([["7", "2"]]);
  });

  it("makes views that group by a key when the key is there", async () => {
    const { ask } = await expectRestored(
      server,
      `
      create table shop.customers (id int primary key, name text check (name > ''));
      insert into shop.customers values (1, 'Ann');
      create view shop.a_view as select id, name, count(*) as n from shop.customers group by id;
      create materialized view shop.b_view as select * from shop.a_view;
      create index on shop.b_view (id);
      create function shop.names() returns setof text begin atomic
        select name from shop.customers group by id; end;
      create view shop.c_view as select shop.names() as name;
      comment on view shop.c_view is 'the names';
      grant select on shop.a_view to public`,
    );
    expect(await ask("select * from shop.b_view, shop.c_view")).toEqual([["1", "Ann", "1", "Ann"]]);
  });

  it("makes foreign keys when the unique index that they refer to is there", async () => {
    await expectRestored(
      server,
      `
      create table shop.customers (id int, name text);
      create unique index by_id on shop.customers (id);
      create table shop.orders (customer int references shop.customers (id))`,
    );
  });

  it("leaves out an index that was never made whole", async () => {
    const { database } = await madeDatabase(
      server,
      `
      create table shop.orders (id int); insert into shop.orders values (1), (1)`,
    );
    await expect(
      database.query("create unique index concurrently once on shop.orders (id)"),
    ).rejects.toThrow("could not create unique index");
    await database.query("comment on index shop.once is 'left over'");
    const target = await restoredFrom(server, await textOfDump(database));
    expect((await target.query("select count(*) from shop.orders")).rows).toEqual([["2"]]);
    expect((await target.query("select to_regclass('shop.once')")).rows).toEqual([[null]]);
  });

  it("keeps the comments on each kind of object, whatever it is named", async () => {
    const { ask } = await expectRestored(
      server,
      `
      comment on schema public is '1 schema';
      create schema sql; create schema "sales on web.de";
      create domain "sales on web.de"."d on e" as int constraint "more on it" check (value > 0);
      comment on constraint "more on it" on domain "sales on web.de"."d on e" is '2 domain constraint';
      create table "sales on web.de"."a on b" (id int constraint positive check (id > 0));
      comment on constraint positive on "sales on web.de"."a on b" is '3 table constraint';
      create function shop.nothing() returns trigger language plpgsql as 'begin return null; end';
      create trigger t before delete on "sales on web.de"."a on b" for each row execute function shop.nothing();
      comment on trigger t on "sales on web.de"."a on b" is '4 trigger';
      create policy p on "sales on web.de"."a on b";
      comment on policy p on "sales on web.de"."a on b" is '5 policy';
      create table shop.orders (id int, line int);
      create statistics shop.both on id, line from shop.orders;
      comment on statistics shop.both is '6 statistics';
      comment on function shop.nothing() is '7 function'`,
    );
    const found = await ask("select description from pg_description where description ~ '^[0-9] '");
    expect(found.map(([text]) => text?.[0]).sort()).toEqual([..."1234567"]);
  });

  it("keeps how a domain compares, its default and a check that its old rows break", async () => {
    const { ask } = await expectRestored(
      server,
      `
      create type shop.mood as enum ('sad', 'glad');
      set search_path = shop;
      create domain moods as mood default 'glad' constraint known not null;
      create domain list as mood[];
      reset search_path;
      create domain shop.word as text collate "POSIX" default 'a';
      create domain shop.age as int constraint real check (value < 200);
      create table shop.people (id int, mood shop.moods, name shop.word, age shop.age, moods shop.list);
      insert into shop.people values (1, 'sad', 'b', 100);
      alter domain shop.age add constraint adult check (value > 100) not valid`,
    );
    expect(
      await ask(
        "insert into shop.people (id) values (2) returning mood, name, collation for (name)",
      ),
    ).toEqual([["glad", "a", '"POSIX"']]);
    await expect(ask("insert into shop.people (age) values (99)")).rejects.toThrow("adult");
  });

  it("keeps the indexes of partitions with their names, comments and gaps", async () => {
    await expectRestored(
      server,
      `
      create table shop.parts (id int, at int, primary key (id, at)) partition by range (at);
      create table shop.first (id int, at int not null, constraint mine primary key (id, at));
      create index of_first on shop.first (at);
      create table shop.second (id int not null, at int not null) partition by list (at);
      create table shop.third partition of shop.second for values in (20);
      alter table shop.parts attach partition shop.first for values from (1) to (10);
      alter table shop.parts attach partition shop.second for values from (10) to (30);
      create index of_parts on shop.parts (at);
      create index whole_only on only shop.parts (id, at) where id > 0;
      create table shop.refers (id int, at int, foreign key (id, at) references shop.parts);
      comment on constraint mine on shop.first is 'a name of its own';
      comment on index shop.of_first is 'another one'`,
    );
  });

  it("keeps checks that old rows may break", async () => {
    const { ask } = await expectRestored(
      server,
      `
      create table shop.orders (id int not null, line int, name text);
      insert into shop.orders values (-1, null, null);
      alter table shop.orders add constraint positive check (id > 0) not valid;
      do $$ begin
        if current_setting('server_version_num')::int >= 180000 then
          execute 'alter table shop.orders add constraint known not null line not valid';
          execute 'alter table shop.orders add constraint own not null name no inherit not valid';
        else
          alter table shop.orders add constraint known check (line is not null) not valid;
        end if;
      end $$`,
    );
    await expect(ask("insert into shop.orders values (0, 1, 'a')")).rejects.toThrow("positive");
    await expect(ask("insert into shop.orders values (1, null, 'a')")).rejects.toThrow(
      /known|line/,
    );
  });

  it("keeps how columns are stored and counted, and what those of views default to", async () => {
    const { ask } = await expectRestored(
      server,
      `
      create table shop.notes (id int primary key, note text, line text) partition by range (id);
      create table shop.notes_1 partition of shop.notes for values from (1) to (9)
        with (fillfactor = 70, toast.autovacuum_enabled = off, toast.vacuum_truncate = false);
      alter table shop.notes_1 alter note set storage external, alter note set statistics 500,
        alter line set compression pglz, alter line set (n_distinct = -0.5, n_distinct_inherited = 7);
      alter table only shop.notes alter line set statistics 0, alter line set storage main;
      create materialized view shop.kept as select id, note from shop.notes group by id;
      alter materialized view shop.kept alter note set statistics 10, alter note set storage external;
      create statistics shop.both on id, note from shop.notes_1;
      alter statistics shop.both set statistics 50;
      create view shop.seen as select id, note from shop.notes;
      alter view shop.seen alter note set default 'none'`,
    );
    expect(await ask("insert into shop.seen (id) values (1) returning note")).toEqual([["none"]]);
  });

  it("keeps which index tells rows apart and sorts them, and its settings", async () => {
    await expectRestored(
      server,
      `
      create table shop.orders (id int not null, line int not null, primary key (id) with (fillfactor = 50));
      create unique index by_line on shop.orders (line);
      alter table shop.orders replica identity using index by_line;
      alter table shop.orders cluster on orders_pkey;
      create index by_half on shop.orders ((line / 2));
      alter index shop.by_half alter column 1 set statistics 300;
      create table shop.parts (id int not null) partition by range (id);
      create table shop.parts_1 partition of shop.parts for values from (1) to (9);
      create unique index by_id on shop.parts (id);
      alter index shop.parts_1_id_idx rename to mine;
      alter table shop.parts_1 replica identity using index mine, cluster on mine`,
    );
  });

  it("keeps unlogged sequences, the type that a table is of and its access method", async () => {
    const { ask } = await expectRestored(
      server,
      `
      create unlogged table shop.fast (id serial, line int generated always as identity);
      create unlogged sequence shop.numbers;
      create type shop.pair as (a int, b text collate "C");
      create table shop.pairs of shop.pair (a with options default 7 not null, primary key (a))`,
    );
    const ofType = "select reloftype::regtype from pg_class where oid = 'shop.pairs'::regclass";
    expect(await ask(ofType)).toEqual([["shop.pair"]]);
    const { database } = await madeDatabase(
      server,
      `
      create access method mine type table handler heap_tableam_handler;
      alter extension plpgsql add access method mine;
      create table shop.orders (id int) using mine with (fillfactor = 70);
      create materialized view shop.seen using mine as select 1 as id`,
    );
    const dump = await textOfDump(database);
    expect(dump).toContain(
      "create table shop.orders (id integer) using mine with (fillfactor='70')",
    );
    expect(dump).toContain("create materialized view shop.seen using mine as");
  });

  it("keeps which partitions a trigger works on", async () => {
    await expectRestored(
      server,
      `
      create function shop.nothing() returns trigger language plpgsql as 'begin return null; end';
      create table shop.parts (id int) partition by range (id);
      create table shop.parts_1 partition of shop.parts for values from (1) to (9);
      create table shop.parts_2 partition of shop.parts for values from (9) to (19);
      create trigger a after insert on shop.parts for each row execute function shop.nothing();
      create trigger b after insert on shop.parts for each row execute function shop.nothing();
      alter table shop.parts_1 disable trigger a;
      alter table only shop.parts disable trigger b`,
    );
  });
});
