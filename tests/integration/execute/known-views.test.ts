import { expect, it } from "vitest";
import { startFaultProxy } from "../../support/fault-proxy.ts";
import { openUrl } from "../../support/opened-database.ts";
import { runProject } from "../../support/run-project.ts";
import { temporaryProject } from "../../support/temporary-project.ts";
import { anyServer, createDatabase } from "../../support/test-database.ts";
import { whenTestEnds } from "../../support/when-test-ends.ts";

const assertionOf = (table: string) => `shop_${table}_assertions_rowConditions`;
const checked = (condition: string) =>
  `config { type: "table", description: "Rows.", assertions: { rowConditions: ["${condition}"] } }
  select 1 as id, date '2020-02-03' as day`;

const conditions = {
  plain: "id > 0",
  by_hand: "id > 0",
  renamed: "id > 0",
  edited: "id > 0",
  moved: "id > 0",
  called: "abs(id) > 0",
  typed: "id::int4 > 0",
  dated: "day > '01/02/2020'",
  // nothing that a mark could prove
  todays: "day < 'today'",
  custom: "public.holds(id)",
  reading: "'public.others_key'::regclass is not null",
};
const [unproved, all] = [["custom", "reading", "todays"], Object.keys(conditions).sort()];

it.each(anyServer())(
  "knows the view of an assertion again, and sees whatever gives its query another meaning, on $name",
  async (server) => {
    const { url, drop } = await createDatabase(server);
    whenTestEnds(drop);
    let compared: string[] = [];
    const proxy = await startFaultProxy(url, ({ type, text, forward }) => {
      const [, name] =
        /create temp view pg_temp\."dataform_gate_.*shop"\."(\w+)"/s.exec(text) ?? [];
      if (type === "P" && name) compared.push(name);
      forward();
    });
    whenTestEnds(async () => proxy.close());
    const { folder: projectDir, write } = temporaryProject(
      Object.fromEntries(
        Object.entries(conditions).map(([name, text]) => [`${name}.sqlx`, checked(text)]),
      ),
    );
    const admin = await openUrl(url);
    await admin.query(`create table public.others (id int); create index others_key on public.others (id);
      create function public.holds(int) returns boolean immutable language sql as 'select $1 > 0'`);
    const run = async () => {
      compared = [];
      const replaced: string[] = [];
      const { status } = await runProject({
        projectDir,
        database: await openUrl(proxy.url),
        listener: (event) => {
          const { name = "" } = event.type === "transactionStarted" ? event.action.target : {};
          if (name.endsWith("Conditions")) replaced.push(name);
        },
      });
      expect(status).toBe("successful");
      const { rows } = await admin.query(`
        select relname, pg_get_viewdef(oid) from pg_class
        where relnamespace = 'shop_assertions'::regnamespace order by relname`);
      return { compared: compared.sort(), replaced: replaced.sort(), views: rows };
    };
    const { views } = await run();
    expect(await run()).toEqual({ compared: unproved, replaced: [], views });

    await admin.query(`
      create or replace view shop_assertions."${assertionOf("by_hand")}" as
        select 'x'::text as failing_row_condition, id, day from shop.by_hand where id > 1;
      alter view shop_assertions."${assertionOf("renamed")}" rename column id to key;
      alter table shop.moved rename to elsewhere;
      create table shop.moved as table shop.elsewhere;
      create function public.abs(text) returns int immutable language sql as 'select 1';
      create domain public.int4 as text`);
    write("edited.sqlx", checked("id > 0 and id < 9"));
    const changed = ["by_hand", "edited", "moved", "renamed"];
    const shadowed = ["called", "typed"];
    const seen = [...changed, ...shadowed, ...unproved].sort();
    const edited = await run();
    expect(edited).toMatchObject({ compared: seen, replaced: changed.map(assertionOf) });
    const isEdited = (row: unknown[]) => row[0] === assertionOf("edited");
    expect(edited.views.map((row) => (isEdited(row) ? [] : row))).toEqual(
      views.map((row) => (isEdited(row) ? [] : row)),
    );
    // What was replaced by itself is compared once more.
    expect(await run()).toEqual({ ...edited, replaced: [] });
    const others = [...shadowed, ...unproved].sort();
    expect(await run()).toEqual({ ...edited, compared: others, replaced: [] });

    await admin.query(`do $$ begin
      execute format('alter database %I set datestyle = ''ISO, DMY''', current_database());
    end $$`);
    const dated = await run();
    expect(dated).toMatchObject({ compared: all, replaced: [assertionOf("dated")] });
    expect(dated.views).not.toEqual(edited.views);

    await admin.query(
      "create operator public.=== (function = int4eq, leftarg = int, rightarg = int)",
    );
    expect(await run()).toEqual({ ...dated, compared: all, replaced: [] });
    await admin.query("drop operator public.=== (int, int)");
    expect(await run()).toEqual({ ...dated, compared: all, replaced: [] });
    expect(await run()).toEqual({ ...dated, compared: others, replaced: [] });
    await admin.query(
      `create type public.kind as enum ('a'); create cast (public.kind as int) with inout`,
    );
    expect(await run()).toEqual({ ...dated, compared: all, replaced: [] });
  },
);

it.each(anyServer())(
  "looks at a view again where a statement of the project may have changed it, on $name",
  async (server) => {
    const { url, drop } = await createDatabase(server);
    whenTestEnds(drop);
    const database = await openUrl(url);
    const { folder: projectDir, write } = temporaryProject({
      "first.sqlx": 'config { type: "operations" } select 1',
      "plain.sqlx": checked("id > 0").replace("{", '{ dependencies: ["first"],'),
    });
    const view = `shop_assertions."${assertionOf("plain")}"`;
    const run = async () => {
      expect((await runProject({ projectDir, database })).status).toBe("successful");
      const { rows } = await database.query("select pg_get_viewdef($1::regclass)", [view]);
      return rows;
    };
    const right = await run();
    expect(await run()).toEqual(right);
    write(
      "first.sqlx",
      `config { type: "operations" } create or replace view ${view} as
        select 'x'::text as failing_row_condition, id, day from shop.plain where id > 1`,
    );
    expect(await run()).toEqual(right);
  },
);
