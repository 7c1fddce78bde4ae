import { randomUUID } from "node:crypto";
import { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import { restoreDump } from "../../../runner/backup/restore-dump.ts";
import { readRoles } from "../../../runner/backup/write-dump.ts";
import { catalogueFingerprint } from "../../support/catalogue-fingerprint.ts";
import { openTestDatabase, openUrl } from "../../support/opened-database.ts";
import { serversByVersion } from "../../support/test-database.ts";
import { comparable, textOfDump } from "../../support/text-of-dump.ts";
import { whenTestEnds } from "../../support/when-test-ends.ts";

// The catalogue that a dump reads is another one in each version.
describe.each(serversByVersion())("a dump of $name", (server) => {
  const made = async (sql: string) => {
    const opened = await openTestDatabase(server);
    await opened.database.query(`create schema shop; ${sql}`);
    return opened;
  };

  /** What a database made by this SQL is after it was dumped and restored: the same in the catalogue. */
  const restored = async (sql: string) => {
    const source = (await made(sql)).database;
    const dump = await textOfDump(source);
    const target = (await openTestDatabase(server)).database;
    await restoreDump(target, Readable.from([Buffer.from(dump)]));
    expect(comparable(await textOfDump(target))).toBe(comparable(dump));
    expect(await catalogueFingerprint(target)).toEqual(await catalogueFingerprint(source));
    const ask = async (question: string) => (await target.query(question)).rows;
    return { dump, ask };
  };

  it("goes on with the ids of each sequence where they stand", async () => {
    const { ask } = await restored(`
      create table shop.orders (id serial, line int generated always as identity);
      select setval('shop.orders_id_seq', 1000, false);
      alter table shop.orders alter line restart with 500;
      create sequence shop.fresh start 7; create sequence shop.used; select nextval('shop.used')`);
    expect(await ask("insert into shop.orders default values returning id, line")).toEqual([
      ["1000", "500"],
    ]);
    expect(await ask("select nextval('shop.fresh'), nextval('shop.used')")).toEqual([["7", "2"]]);
  });

  it("fails when the role may not read where a sequence stands", async () => {
    const role = `reader_${randomUUID().replaceAll("-", "")}`;
    const { database, url } = await made(`
      create sequence shop.numbers; select nextval('shop.numbers');
      create role ${role} login; grant usage on schema shop to ${role}`);
    whenTestEnds(() => database.query(`drop owned by ${role}; drop role ${role}`));
    const limited = await openUrl(url.replace("postgres@", `${role}@`));
    await expect(textOfDump(limited)).rejects.toThrow("permission denied for sequence numbers");
  });

  it("makes views that group by a key when the key is there", async () => {
    const { ask } = await restored(`
      create table shop.customers (id int primary key, name text check (name > ''));
      insert into shop.customers values (1, 'Ann');
      create view shop.a_view as select id, name, count(*) as n from shop.customers group by id;
      create materialized view shop.b_view as select * from shop.a_view;
      create index on shop.b_view (id);
      create function shop.names() returns setof text begin atomic
        select name from shop.customers group by id; end;
      create view shop.c_view as select shop.names() as name;
      comment on view shop.c_view is 'the names';
      grant select on shop.a_view to public`);
    expect(await ask("select * from shop.b_view, shop.c_view")).toEqual([["1", "Ann", "1", "Ann"]]);
  });

  it("refuses a table that needs a key, since its rows are written before the keys", async () => {
    const { database } = await made(`
      create table shop.customers (id int primary key, name text);
      create view shop.named as select id, name from shop.customers group by id;
      create table shop.copies (copy shop.named)`);
    await expect(textOfDump(database)).rejects.toThrow(
      "need each other in a circle: create table shop.copies",
    );
  });

  it("makes foreign keys when the unique index that they refer to is there", async () => {
    await restored(`
      create table shop.customers (id int, name text);
      create unique index by_id on shop.customers (id);
      create table shop.orders (customer int references shop.customers (id))`);
  });

  it("leaves out an index that was never made whole", async () => {
    const { database } = await made(`
      create table shop.orders (id int); insert into shop.orders values (1), (1)`);
    await expect(
      database.query("create unique index concurrently once on shop.orders (id)"),
    ).rejects.toThrow("could not create unique index");
    await database.query("comment on index shop.once is 'left over'");
    const target = (await openTestDatabase(server)).database;
    await restoreDump(target, Readable.from([Buffer.from(await textOfDump(database))]));
    expect((await target.query("select count(*) from shop.orders")).rows).toEqual([["2"]]);
    expect((await target.query("select to_regclass('shop.once')")).rows).toEqual([[null]]);
  });

  it("keeps the comments on each kind of object, whatever it is named", async () => {
    const { ask } = await restored(`
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
      comment on function shop.nothing() is '7 function'`);
    const found = await ask("select description from pg_description where description ~ '^[0-9] '");
    expect(found.map(([text]) => text?.[0]).sort()).toEqual([..."1234567"]);
  });

  it("keeps how a domain compares, its default and a check that its old rows break", async () => {
    const { ask } = await restored(`
      create type shop.mood as enum ('sad', 'glad');
      set search_path = shop;
      create domain moods as mood default 'glad' constraint known not null;
      create domain list as mood[];
      reset search_path;
      create domain shop.word as text collate "POSIX" default 'a';
      create domain shop.age as int constraint real check (value < 200);
      create table shop.people (id int, mood shop.moods, name shop.word, age shop.age, moods shop.list);
      insert into shop.people values (1, 'sad', 'b', 100);
      alter domain shop.age add constraint adult check (value > 100) not valid`);
    expect(
      await ask(
        "insert into shop.people (id) values (2) returning mood, name, collation for (name)",
      ),
    ).toEqual([["glad", "a", '"POSIX"']]);
    await expect(ask("insert into shop.people (age) values (99)")).rejects.toThrow("adult");
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
    const { database } = await made(sql);
    await expect(textOfDump(database)).rejects.toThrow(
      `a dump cannot hold what is in this database: ${name}`,
    );
  });

  it("refuses foreign servers, user mappings and subscriptions by their names", async () => {
    const { database } = await made(`
      create foreign data wrapper a; create server b foreign data wrapper a;
      create user mapping for public server b`);
    await database.query(
      "create subscription c connection '' publication p with (connect = false, slot_name = none)",
    );
    whenTestEnds(() => database.query("drop subscription c"));
    await expect(textOfDump(database)).rejects.toThrow(
      "foreign-data wrapper a, server b, subscription c, user mapping for public on server b",
    );
  });

  it("keeps the indexes of partitions with their names, comments and gaps", async () => {
    await restored(`
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
      comment on index shop.of_first is 'another one'`);
  });

  it("refuses comments on the foreign keys of partitions, whose names PostgreSQL gives", async () => {
    const { database } = await made(`
      create table shop.customers (id int primary key);
      create table shop.orders (id int constraint own references shop.customers) partition by list (id);
      create table shop.orders_1 partition of shop.orders for values in (1);
      comment on constraint own on shop.orders_1 is 'a customer'`);
    await expect(textOfDump(database)).rejects.toThrow(
      "cannot hold what is in this database: comment on constraint own on table shop.orders_1",
    );
  });

  it("keeps checks that old rows may break", async () => {
    const { ask } = await restored(`
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
      end $$`);
    await expect(ask("insert into shop.orders values (0, 1, 'a')")).rejects.toThrow("positive");
    await expect(ask("insert into shop.orders values (1, null, 'a')")).rejects.toThrow(
      /known|line/,
    );
  });

  it("makes an extension after those that it needs, and leaves its schema to it", async () => {
    const { dump } = await restored(`
      create extension cube; create extension earthdistance;
      update pg_extension set extversion = extversion where extname = 'cube';
      create schema of_cube; alter extension cube add schema of_cube`);
    expect(dump).not.toContain("of_cube");
  });

  it("keeps how columns are stored and counted, and what those of views default to", async () => {
    const { ask } = await restored(`
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
      alter view shop.seen alter note set default 'none'`);
    expect(await ask("insert into shop.seen (id) values (1) returning note")).toEqual([["none"]]);
  });

  it("keeps which index tells rows apart and sorts them, and its settings", async () => {
    await restored(`
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
      alter table shop.parts_1 replica identity using index mine, cluster on mine`);
  });

  it("keeps unlogged sequences, the type that a table is of and its access method", async () => {
    const { ask } = await restored(`
      create unlogged table shop.fast (id serial, line int generated always as identity);
      create unlogged sequence shop.numbers;
      create type shop.pair as (a int, b text collate "C");
      create table shop.pairs of shop.pair (a with options default 7 not null, primary key (a))`);
    const ofType = "select reloftype::regtype from pg_class where oid = 'shop.pairs'::regclass";
    expect(await ask(ofType)).toEqual([["shop.pair"]]);
    const { database } = await made(`
      create access method mine type table handler heap_tableam_handler;
      alter extension plpgsql add access method mine;
      create table shop.orders (id int) using mine with (fillfactor = 70);
      create materialized view shop.seen using mine as select 1 as id`);
    const dump = await textOfDump(database);
    expect(dump).toContain(
      "create table shop.orders (id integer) using mine with (fillfactor='70')",
    );
    expect(dump).toContain("create materialized view shop.seen using mine as");
  });

  it("keeps the settings of the database, which has another name where it is restored", async () => {
    const role = `reader_${randomUUID().replaceAll("-", "")}`;
    const { database: admin } = await openTestDatabase(server);
    await admin.query(`create role ${role}`);
    whenTestEnds(() => admin.query(`drop role ${role}`));
    const set = (what: string) =>
      `execute format($f$alter ${what}$f$, current_database());`.replace("DATABASE", "database %I");
    const { ask } = await restored(`do $do$ begin
      ${set("DATABASE set timezone = 'Asia/Tokyo'")}
      ${set("DATABASE set search_path = '$user', shop, 'odd \"one\", two'")}
      ${set("DATABASE set shop.rate = '10%% of ''it''\\n'")}
      ${set(`role ${role} in DATABASE set search_path = ''`)}
    end $do$`);
    const settings = await ask(`
      select unnest(setconfig) from pg_db_role_setting
      where setdatabase = (select oid from pg_database where datname = current_database()) order by 1`);
    expect(settings.flat().sort()).toEqual(
      [
        'search_path=""',
        'search_path="$user", shop, "odd ""one"", two"',
        "shop.rate=10% of 'it'\\n",
        "TimeZone=Asia/Tokyo",
      ].sort(),
    );
  });

  it("keeps the rows of a user in the tables of an extension", async () => {
    const { database } = await made(`
      create table shop.zones (id int); insert into shop.zones values (1), (1000);
      create table shop.own (id int); insert into shop.own values (1);
      create table shop.known (id int); insert into shop.known values (1);
      alter extension plpgsql add table shop.zones;
      alter extension plpgsql add table shop.own;
      alter extension plpgsql add table shop.known;
      update pg_extension set extcondition = array['', 'where id > 999'],
        extconfig = array['shop.own'::regclass, 'shop.zones'::regclass]::oid[] where extname = 'plpgsql'`);
    const dump = await textOfDump(database);
    expect(dump).toContain(
      "copy shop.own (id) from stdin;\n1\n\\.\ncopy shop.zones (id) from stdin;\n1000\n",
    );
    expect(dump).not.toContain("known");
  });

  it("gives members of roles no more rights than they had", async () => {
    const { database } = await openTestDatabase(server);
    const [group, member, other] = ["group", "member", "other"].map(
      (name) => `${name}_${randomUUID().replaceAll("-", "")}`,
    );
    await database.query(`create role ${group}; create role ${member}; create role ${other}`);
    whenTestEnds(() =>
      database.query(`drop role ${group}, ${member}, ${other}; alter role all reset shop.${group}`),
    );
    await database.query(`
      alter role ${member} set search_path = ''; alter role all set shop.${group} = 'yes';
      grant ${group} to ${other} with admin option`);
    const limited = database.serverVersion >= 160_000;
    if (limited) {
      await database.query(`
        grant ${group} to ${member} with inherit false, set false;
        grant ${group} to ${member} with inherit true, set false granted by ${other}`);
    }
    const roles = await database.session(({ own }) => readRoles(own));
    const ofGroup = roles.filter((each) => each.includes(`${group}`) && !each.startsWith("create"));
    expect(ofGroup.sort()).toEqual([
      `alter role all set "shop.${group}" = 'yes'`,
      ...(limited ? [`grant ${group} to ${member} with inherit true, set false`] : []),
      `grant ${group} to ${other} with admin option${limited ? ", inherit true, set true" : ""}`,
    ]);
    expect(roles).toContain(`alter role ${member} set search_path = ''`);
  });

  it("keeps who owns objects and the rights to types and the database, for another server", async () => {
    const role = `owner_${randomUUID().replaceAll("-", "")}`;
    const { database } = await openTestDatabase(server);
    await database.query(`create role ${role}`);
    whenTestEnds(() => database.query(`drop owned by ${role} cascade; drop role ${role}`));
    await database.query(`
      grant create on schema public to ${role}; set role ${role};
      create table orders (id serial, line int); grant usage on orders_id_seq to pg_monitor;
      create statistics both on id, line from orders;
      create type pair as (a int); revoke usage on type pair from public; grant usage on type pair to pg_monitor;
      reset role`);
    const name = (await database.query("select current_database()")).rows[0]?.[0];
    await database.query(`revoke temporary on database ${name} from public`);
    const owners = await textOfDump(database, { withOwners: true });
    expect(owners).toContain(`revoke all on database ${name} from public`);
    expect(owners).toContain(`grant connect on database ${name} to public`);
    const without = await textOfDump(database);
    expect(without).not.toContain("on database");
    const target = (await openTestDatabase(server)).database;
    await restoreDump(target, Readable.from([Buffer.from(owners)]));
    expect(await catalogueFingerprint(target)).toEqual(await catalogueFingerprint(database));
    const ofType =
      "select concat(typowner::regrole, ' ', typacl) from pg_type where typname = 'pair'";
    expect((await target.query(ofType)).rows).toEqual([
      [`${role} {${role}=U/${role},pg_monitor=U/${role}}`],
    ]);
  });

  it("keeps which partitions a trigger works on", async () => {
    await restored(`
      create function shop.nothing() returns trigger language plpgsql as 'begin return null; end';
      create table shop.parts (id int) partition by range (id);
      create table shop.parts_1 partition of shop.parts for values from (1) to (9);
      create table shop.parts_2 partition of shop.parts for values from (9) to (19);
      create trigger a after insert on shop.parts for each row execute function shop.nothing();
      create trigger b after insert on shop.parts for each row execute function shop.nothing();
      alter table shop.parts_1 disable trigger a;
      alter table only shop.parts disable trigger b`);
  });

  it("keeps names with any other character", async () => {
    const { database: admin } = await openTestDatabase(server);
    const role = `"'$rights$ ${randomUUID()}"`;
    await admin.query(`create role ${role}`);
    whenTestEnds(() => admin.query(`drop role ${role}`));
    const { ask } = await restored(`
      create table shop."a\u2028b" ("c\rd" int); insert into shop."a\u2028b" values (1);
      grant select on shop."a\u2028b" to ${role}`);
    expect(await ask('select * from shop."a\u2028b"')).toEqual([["1"]]);
  });
});
