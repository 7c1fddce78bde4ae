import { beforeEach, describe, expect, it } from "vitest";
import { openUrl } from "../../support/opened-database.ts";
import {
  errorOf,
  type RunningDatabase,
  runInDatabase,
  statusesOf,
} from "../../support/run-in-database.ts";
import { runProject } from "../../support/run-project.ts";
import { temporaryProject } from "../../support/temporary-project.ts";
import { anyServer } from "../../support/test-database.ts";

const from = (config: string, source: string) =>
  `config { type: "incremental", ${config} }\nselect * from ext.${source}`;

// What PostgreSQL says to `insert into t select …` is what a run says.
const project = () =>
  temporaryProject({
    "key.sqlx": from('uniqueKey: ["code"]', "codes"),
    "value.sqlx": from('uniqueKey: ["id"]', "words"),
    "added.sqlx": from("", "words"),
    "slice.sqlx": from(
      'incrementalStrategy: "INSERT_OVERWRITE", bigquery: { partitionBy: "code" }',
      "codes",
    ),
    "narrower.sqlx": from('uniqueKey: ["id"], onSchemaChange: "SYNCHRONIZE"', "narrower"),
    "fitting.sqlx": from('uniqueKey: ["id"]', "fitting"),
    "wider.sqlx": from('uniqueKey: ["id"], onSchemaChange: "SYNCHRONIZE"', "words"),
  });

const before = `
  create schema ext;
  create table ext.codes (code varchar(5), v text);
  insert into ext.codes values ('ABCDE', 'first');
  create table ext.words (id int, word varchar(5));
  insert into ext.words values (1, 'hello');
  create table ext.narrower (id int, console varchar(20), price numeric(10,3));
  insert into ext.narrower values (1, 'playstation_5_pro', 1.125);
  create table ext.fitting (id int, n int, c char(4), t timestamp(0));
  insert into ext.fitting values (1, 1, 'a', '2024-01-01 00:00:00')`;

const after = `
  alter table ext.codes alter column code type varchar(20);
  update ext.codes set code = 'ABCDEFGH', v = 'a quite different product';
  alter table ext.words alter column word type varchar(20);
  update ext.words set word = 'hello, world';
  alter table ext.narrower alter column console type varchar(6) using left(console, 6);
  alter table ext.fitting alter column n type numeric, alter column c type text, alter column t type timestamp;
  update ext.fitting set n = 1.5, c = 'bc', t = '2024-01-01 00:00:00.7'`;

describe.each(anyServer())("values and the types of columns, on $name", (server) => {
  let db: RunningDatabase;

  beforeEach(async () => {
    db = await runInDatabase(server);
  });

  it("are assigned as an insert does: nothing is cut, what does not fit is refused with the way out", async () => {
    const files = project();
    await db.database.query(before);
    expect((await db.run(files)).status).toBe("successful");
    await db.database.query(after);
    const result = await db.run(files);
    expect(statusesOf(result)).toEqual({
      ...{ key: "failed", value: "failed", added: "failed", slice: "failed", narrower: "failed" },
      ...{ fitting: "successful", wider: "successful" },
    });
    for (const name of ["key", "value", "added", "slice"]) {
      expect(errorOf(result, name)?.message).toMatch(
        /do not fit the columns of shop\.\w+: value too long for type character varying\(5\)/,
      );
      expect(errorOf(result, name)?.hint).toMatch(
        /"(code|word)" is character varying\(5\) in the table and character varying\(20\) in the query.*SYNCHRONIZE/,
      );
    }
    expect(errorOf(result, "narrower")?.message).toContain(
      'does not change "console" from character varying(20) to character varying(6)',
    );
    expect(errorOf(result, "narrower")?.message).toContain("value too long");
    const stored = `
      select code, v from shop.key union all select code, v from shop.slice
      union all select id::text, word from shop.value union all select console, price::text from shop.narrower
      union all select word, null from shop.wider
      union all select n::text || c || '|', t::text from shop.fitting`;
    expect(await db.rows(stored)).toEqual([
      ["ABCDE", "first"],
      ["ABCDE", "first"],
      ["1", "hello"],
      ["playstation_5_pro", "1.125"],
      ["hello, world", null],
      ["2bc|", "2024-01-01 00:00:01"],
    ]);
  });

  it("get the zone of the author, stored ones too, and the types that were meant", async () => {
    await db.database.query(`
      create schema ext;
      create table ext.later (id int, at timestamp, day timestamp);
      insert into ext.later values (1, '2024-07-01 12:00', '2024-07-01');
      create table ext.sooner (id int, at timestamptz);
      insert into ext.sooner values (1, '2024-07-01 10:00Z');
      create domain public.date as int check (false);
      do $$ begin
        execute format('alter database %I set timezone = %L', current_database(), 'Europe/Berlin');
        execute format('alter database %I set search_path = public, pg_catalog', current_database());
      end $$`);
    const inBerlin = await openUrl(db.url);
    const files = temporaryProject({
      "altered.sqlx": from('uniqueKey: ["id"], onSchemaChange: "SYNCHRONIZE"', "later"),
      "ignoring.sqlx": from('uniqueKey: ["id"]', "sooner"),
      "extended.sqlx": from('onSchemaChange: "EXTEND"', "sooner"),
    });
    const run = () => runProject({ projectDir: files.folder, database: inBerlin });
    expect((await run()).status).toBe("successful");
    await db.database.query(`
      alter table ext.later alter column at type timestamptz using at at time zone 'Europe/Berlin',
        alter column day type pg_catalog.date, add column added pg_catalog.date;
      alter table ext.sooner alter column at type timestamp using at at time zone 'Europe/Berlin',
        add column added pg_catalog.date;
      update ext.later set id = 2;
      update ext.sooner set id = 2`);
    expect((await run()).status).toBe("successful");
    for (const name of ["altered", "ignoring", "extended"]) {
      const found = await db.rows(
        `select id, at = '2024-07-01 10:00Z'::timestamptz from shop.${name} order by id`,
      );
      expect({ name, found }).toEqual({
        name,
        found: [
          ["1", "t"],
          ["2", "t"],
        ],
      });
    }
    const dates = `
      select attname from pg_attribute
      where attrelid in ('shop.altered'::regclass, 'shop.extended'::regclass)
        and atttypid = 'pg_catalog.date'::regtype order by 1`;
    expect(await db.rows(dates)).toEqual([["added"], ["added"], ["day"]]);
  });

  it("that are equal but not the same are written by a merge, and the others are left alone", async () => {
    await db.database.query(`
      create schema ext;
      create extension citext schema public;
      create collation public.ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
      create table ext.was (k citext, n numeric, i interval, f float8, c text collate public.ci,
        j jsonb, a numeric[], js json, p point, b char(3), nan float8, t timestamptz);
      insert into ext.was values
        ('Key', 1.0, '30 days', 0.0, 'x', '1.0', '{1.0}', '{"a":1}', '(1,2)', 'a', 'nan', 'epoch'),
        ('other', 1, '1 day', 1, 'y', '1', '{1}', '{}', '(0,0)', 'b', 'nan', 'infinity');
      create table ext.now as table ext.was`);
    const columns = ["n", "i", "f", "c", "j", "a", "js", "p"];
    const files = temporaryProject(
      Object.fromEntries([
        ...columns.map((column) => [
          `m_${column}.sqlx`,
          from('uniqueKey: ["k"]', `now`).replace("*", `k, ${column}`),
        ]),
        ["m_key.sqlx", from('uniqueKey: ["k"]', "now").replace("*", "k, 1 as one")],
        ["m_none.sqlx", from('uniqueKey: ["k"]', "now")],
        ["m_collated.sqlx", from('uniqueKey: ["c"]', "now").replace("*", "c, 1 as one")],
      ]),
    );
    await db.run(files);
    const same = await db.run(files);
    expect(same.actions.map(({ tasks }) => tasks[0]?.rowCount)).toEqual(same.actions.map(() => 0));
    await db.database.query(`
      update ext.now set k = upper(k), n = 1.00, i = '1 month', f = '-0.0', c = 'X', j = '1.00',
        a = '{1.00}', js = '{"a": 1}', p = '(1.0000000001,2)'
      where k = 'key'`);
    const changed = await db.run(files);
    expect(statusesOf(changed)).toEqual(
      Object.fromEntries(changed.actions.map(({ target }) => [target.name, "successful"])),
    );
    for (const { target, tasks } of changed.actions) {
      expect({ name: target.name, rows: tasks[0]?.rowCount }).toEqual({
        name: target.name,
        rows: 1,
      });
      const [[missing] = []] = await db.rows(
        `select count(*) from shop.${target.name} as m where m.*::text not in (select m.*::text from (
          select ${target.name === "m_none" ? "*" : target.name === "m_key" ? "k, 1" : target.name === "m_collated" ? "c, 1" : `k, ${target.name.slice(2)}`} from ext.now) as m)`,
      );
      expect({ name: target.name, missing }).toEqual({ name: target.name, missing: "0" });
    }
    expect(await db.rows("select count(*) from shop.m_key")).toEqual([["2"]]);
  });
});
