const ref = (name: string) => `\${ref("${name}")}`;
const self = `\${self()}`;
const action = (config: string, sql: string) => `config { ${config} }\n${sql}`;
const view = (sql: string) => action('type: "view"', sql);
const viewAfter = (names: string, sql: string) =>
  action(`type: "view", dependencies: [${names}]`, sql);
const table = (sql: string) => action('type: "table"', sql);
const operation = (sql: string) => action('type: "operations"', sql);
const operationAfter = (names: string, sql: string) =>
  action(`type: "operations", dependencies: [${names}]`, sql);
const made = (sql: string) => action('type: "operations", hasOutput: true', sql);

/** Relations that the project below finds. */
export const existing = `
  create table public.source (id int primary key, note text);
  create table public.loose (id int);
  create schema shop;
  create table shop.inc (id int, note text);
  create table shop.tab (id int, note text);
  create view shop.vw as select id from shop.tab;
  create materialized view shop.mat as select count(*) as n from shop.tab;
  create view public.outside as select note from shop.tab`;

/**
 * Actions of every kind that need what others made in a plan: columns, keys, indexes, types, functions,
 * triggers, partitions, and what cannot be dropped because something is built on it.
 */
export const partsProject: Record<string, string> = {
  "inc.sqlx": action(
    'type: "incremental", uniqueKey: ["id"], onSchemaChange: "EXTEND"',
    `select id, note, 1 as extra from public.source \${when(incremental(), \`where id > (select max(id) from ${self})\`)}`,
  ),
  "inc_read.sqlx": view(`select extra from ${ref("inc")}`),
  "tab.sqlx": action(
    'type: "table", assertions: { uniqueKey: ["id"], nonNull: ["note"] }, postgres: { primaryKey: ["id"], indexes: [{ columns: ["note"] }] }',
    `select 1 as id, 'a'::varchar(10) as note, 'x'::text collate "C" as c, 1.5::numeric(8,2) as n, array[1, 2] as arr`,
  ),
  "vw.sqlx": view(`select *, note || c as joined from ${ref("tab")}`),
  "vw2.sqlx": view(`select joined, n * 2 as n2, upper(c) as u, arr[1] as one from ${ref("vw")}`),
  "mat.sqlx": action(
    'type: "view", materialized: true, postgres: { indexes: [{ columns: ["n"], unique: true }] }',
    `select count(*) as n, sum(n2) as s from ${ref("vw2")}`,
  ),
  "star.sqlx": table(`select a.*, b.s from ${ref("tab")} as a, ${ref("mat")} as b`),
  "row.sqlx": view(`select t from ${ref("tab")} as t`),
  "row2.sqlx": view(`select (t).note from ${ref("row")}`),
  "place.sqlx": view(`select ctid::text as c from ${ref("tab")}`),
  "broken.sqlx": view(`select nope from ${ref("vw2")}`),
  "behind.sqlx": view(`select 1 as x from ${ref("broken")}`),
  "indexed.sqlx": table(`select 1 as id, joined as "Joined It" from ${ref("vw2")}
post_operations { create unique index on ${self} (id);
---
alter table ${self} add primary key (id), add check (id > 0);
---
create index on ${self} (lower("Joined It")) }`),
  "grouped.sqlx": view(`select "Joined It", count(*) as n from ${ref("indexed")} group by id`),
  "conflict.sqlx": operation(
    `insert into ${ref("indexed")} (id) values (1) on conflict (id) do nothing`,
  ),
  "no_conflict.sqlx": operation(
    `insert into ${ref("star")} (id) values (1) on conflict (id) do nothing`,
  ),
  "key.sqlx": table(
    `select 1 as id from ${ref("indexed")} post_operations { alter table ${self} add foreign key (id) references ${ref("indexed")} (id) }`,
  ),
  "declared.sqlx": action(
    'type: "table", postgres: { foreignKeys: [{ columns: ["id"], references: "indexed" }] }',
    `select 1 as id from ${ref("indexed")}`,
  ),
  "types.sqlx": operation(`create type shop.mood as enum ('sad', 'ok');
create domain shop.pos as int check (value > 0);
create type shop.pair as (a int, b text);
create type shop.span as range (subtype = float8);
create sequence shop.numbers;
create function shop.twice(x int) returns int language sql as 'select x * 2'`),
  "uses.sqlx": action(
    'type: "table", dependencies: ["types"]',
    "select 'ok'::shop.mood as m, 3::shop.pos as p, row(1, 'x')::shop.pair as pr, shop.twice(4) as t, nextval('shop.numbers') as q, '[1,2]'::shop.span as sp",
  ),
  "uses2.sqlx": view(
    `select m, (pr).b as b, p + 1 as p1, lower(sp) as lo from ${ref("uses")} where m = 'sad'`,
  ),
  "uses3.sqlx": view(`select b, m from ${ref("uses2")}`),
  "cascade.sqlx": operationAfter('"uses2", "uses3"', "drop view shop.uses2 cascade"),
  "after_cascade.sqlx": viewAfter('"cascade"', "select * from shop.uses3"),
  "gen.sqlx": made(
    `create table ${self} (id int generated always as identity, a int, b int generated always as (a * 2) stored, s serial, d text default 'x')`,
  ),
  "gen_id.sqlx": operationAfter('"gen"', "insert into shop.gen (id, a) values (1, 2)"),
  "gen_b.sqlx": operationAfter('"gen"', "insert into shop.gen (b) values (1)"),
  "gen_a.sqlx": operationAfter('"gen"', "insert into shop.gen (a) values (2)"),
  "renamed.sqlx": operationAfter(
    '"gen_a"',
    "alter table shop.gen rename to gen2; alter table shop.gen2 rename column a to aa",
  ),
  "new_name.sqlx": viewAfter('"renamed"', "select aa, b from shop.gen2"),
  "old_name.sqlx": viewAfter('"renamed"', "select aa, b from shop.gen"),
  "drop_column.sqlx": operationAfter('"vw", "vw2"', "alter table shop.tab drop column c"),
  "drop_view.sqlx": operationAfter('"vw2", "mat"', "drop view shop.vw"),
  "drop_key.sqlx": operationAfter('"key", "declared", "grouped"', "drop table shop.indexed"),
  "truncate_key.sqlx": operationAfter('"key", "declared"', "truncate shop.indexed"),
  "other_view.sqlx": operationAfter(
    '"grouped"',
    "create or replace view shop.grouped as select 'x' as other",
  ),
  "simple.sqlx": view(`select id from ${ref("key")}`),
  "into_view.sqlx": operationAfter('"simple"', "insert into shop.simple values (1)"),
  "path.sqlx": action(
    'type: "operations", hasOutput: true, dependencies: ["star", "uses"]',
    "set local search_path = shop; create table path as select id, s from star; create index on path (s); alter table star add column late int",
  ),
  "late.sqlx": viewAfter('"path"', `select late, ${ref("path")}.s from shop.star, ${ref("path")}`),
  "part.sqlx": made(
    `create table ${self} (d date, v int) partition by range (d); create table shop.part_1 partition of ${self} for values from ('2026-01-01') to ('2026-02-01')`,
  ),
  "part_read.sqlx": view(`select d, p.v from ${ref("part")} join shop.part_1 as p using (d)`),
  "part_more.sqlx": operationAfter(
    '"part"',
    "create table shop.part_2 partition of shop.part for values from ('2026-01-15') to ('2026-03-01')",
  ),
  "trigger.sqlx": operationAfter(
    '"tab"',
    "create function shop.tf() returns trigger language plpgsql as 'begin return new; end'; create trigger tt before insert on shop.tab for each row execute function shop.tf()",
  ),
  "trigger_again.sqlx": operationAfter(
    '"trigger"',
    "create trigger tt before insert on shop.tab for each row execute function shop.tf()",
  ),
  "body.sqlx": operationAfter(
    '"vw"',
    "create function shop.fb() returns bigint language sql begin atomic select count(*) from shop.vw; end",
  ),
  "body_use.sqlx": viewAfter('"body"', "select shop.fb() as f"),
  "body_drop.sqlx": operationAfter('"body_use"', "drop function shop.fb()"),
  "hidden.sqlx": operation("do $$ begin execute 'create table shop.secret (id int)'; end $$"),
  "hidden_use.sqlx": viewAfter('"hidden"', "select * from shop.secret"),
  "foreign.sqlx": operation(
    "alter table public.source add column late int; truncate public.loose; drop table public.loose",
  ),
  "foreign_use.sqlx": viewAfter('"foreign"', "select late from public.source"),
  "foreign_gone.sqlx": viewAfter('"foreign"', "select * from public.loose"),
};
