import { describe, expect, it } from "vitest";
import { mayChangeRows } from "../../../runner/execute/gates/changes-rows.ts";
import { runInDatabase, statusesOf } from "../../support/run-in-database.ts";
import { temporaryProject } from "../../support/temporary-project.ts";
import { anyServer } from "../../support/test-database.ts";

const gated = 'assertions: { rowConditions: ["a > 0"] }';
const spoil = (name: string) => `
  create function public.spoil_${name}() returns int language plpgsql as $$
  begin if to_regclass('shop.${name}') is not null then execute 'update shop.${name} set a = -1'; end if; return 1; end $$;`;

describe.each(anyServer())("rows that change after they were published, on $name,", (server) => {
  it("are judged as they would be committed, and nothing of them is", async () => {
    const { run, rows, database } = await runInDatabase(server);
    await database.query(`
      create schema shop;
      ${["by_select", "by_do", "by_default", "by_view_read"].map(spoil).join("")}
      create function public.turn() returns trigger language plpgsql as $$
      begin new.a := -new.a; return new; end $$;
      create function public.spoil_later() returns trigger language plpgsql as $$
      begin update shop.by_deferred set a = -1 where a > 0; return null; end $$;
      create function public.spoil_other() returns trigger language plpgsql as $$
      begin update shop.by_other_table set a = -1; return null; end $$;
      create table public.log (t text);
      create trigger spoil after insert on public.log execute function public.spoil_other();
      create table public.defaults (t text, u text default public.spoil_by_default()::text);
      create view public.reading as select public.spoil_by_view_read();
      create table shop.by_trigger as select 1 as a;
      create trigger turn before insert on shop.by_trigger for each row execute function public.turn();
      create table shop.by_rule as select 1 as a;
      create rule spoil as on insert to shop.by_rule do also update shop.by_rule set a = -1;
      create table shop.by_deferred as select 1 as a;
      create constraint trigger later after insert on shop.by_deferred
        deferrable initially deferred for each row execute function public.spoil_later()`);
    const followedBy = (operations: string, type = "table") =>
      `config { type: "${type}", ${type === "incremental" ? 'uniqueKey: ["a"], ' : ""}${gated} }\nselect 1 as a\npost_operations { ${operations} }`;
    const project = temporaryProject({
      "by_select.sqlx": followedBy("select public.spoil_by_select()"),
      "by_do.sqlx": followedBy("do $$ begin perform public.spoil_by_do(); end $$"),
      "by_default.sqlx": followedBy("insert into public.defaults (t) values ('x')", "incremental"),
      "by_view.sqlx": followedBy(`
        create or replace view public.v_t as select * from \${self()}
        ---
        update public.v_t set a = -1`),
      "by_view_read.sqlx": followedBy("select count(*) from public.reading"),
      "by_name.sqlx": followedBy("update by_name set a = -1").replace("{", '{ schema: "public",'),
      "by_path.sqlx": followedBy("set local search_path = shop; update by_path set a = -1"),
      "by_other_table.sqlx": followedBy("insert into public.log values ('done')"),
      "by_trigger.sqlx": `config { type: "table", ${gated} }\nselect 2 as a`,
      "by_rule.sqlx": `config { type: "table", ${gated} }\nselect 2 as a`,
      "by_deferred.sqlx": `config { type: "incremental", ${gated} }\nselect 2 as a`,
      "by_key.sqlx": `config { type: "incremental", uniqueKey: ["a"], assertions: { uniqueKey: ["a"] }, postgres: { assertions: { rows: "new" } } }
        select 1 as a\npost_operations { insert into \${self()} select 1 }`,
      "fine.sqlx": followedBy(
        `comment on table \${self()} is 'x'; create index on \${self()} (a); analyze \${self()}; select count(*) from \${self()}`,
      ),
    });
    const statuses = statusesOf(await run(project));
    const names = Object.keys(statuses).filter(
      (name) => /^(by_[a-z_]+?|fine)$/.test(name) && !name.includes("assertion"),
    );
    expect(Object.fromEntries(names.map((name) => [name, statuses[name]]))).toEqual({
      ...Object.fromEntries(names.map((name) => [name, "failed"])),
      fine: "successful",
    });
    expect(names).toHaveLength(13);
    expect(
      await rows(
        "select a from shop.by_trigger union all select a from shop.by_rule union all select a from shop.by_deferred union all select a from shop.fine",
      ),
    ).toEqual([["1"], ["1"], ["1"], ["1"]]);
    const unmade = ["shop.by_select", "shop.by_view", "public.by_name", "shop.by_path"];
    for (const name of unmade) {
      expect(await rows(`select to_regclass('${name}')`)).toEqual([[null]]);
    }
  });

  it("are judged too when they change by way of a partition, a child or a parent of their table", async () => {
    const { run, rows, database } = await runInDatabase(server);
    await database.query(`
      create schema shop;
      create table shop.whole (a int) partition by list (a);
      create table public.part partition of shop.whole default;
      create table shop.general (a int);
      create table public.child () inherits (shop.general);
      create table public.grandchild () inherits (public.child);
      create table public.parent (a int);
      create table shop.special () inherits (public.parent)`);
    const followedBy = (operations: string) =>
      `config { type: "table", ${gated} }\nselect 1 as a\npost_operations { ${operations} }`;
    const project = temporaryProject({
      "whole.sqlx": followedBy("update public.part set a = -1"),
      "general.sqlx": followedBy("insert into public.grandchild values (-1)"),
      "special.sqlx": followedBy("update public.parent set a = -1"),
    });
    const { whole, general, special } = statusesOf(await run(project));
    expect([whole, general, special]).toEqual(["failed", "failed", "failed"]);
    const all = ["shop.whole", "shop.general", "public.parent"].map((name) => `table ${name}`);
    expect(await rows(all.join(" union all "))).toEqual([]);
  });

  it("are told from statements that are known to change nothing", async () => {
    const { database } = await runInDatabase(server);
    await database.query(`
      create table public.t (a int primary key); create table public.log (t text, n int);
      create table public.referring (a int references public.t on delete cascade);
      create view public.v as select * from public.t;
      create schema dataform_postgres;
      create function dataform_postgres.log_x() returns trigger language plpgsql as 'begin return null; end';
      create trigger dataform_changes after insert on public.log execute function dataform_postgres.log_x()`);
    const target = { schema: "public", name: "t" };
    const answers = async (statements: readonly string[]) =>
      // As in a run.
      database.session(async ({ own: session }) => {
        await session.query("create temp table if not exists log (t text)");
        const found = [];
        for (const sql of statements) found.push(await mayChangeRows(session, sql, target));
        return found;
      });
    const harmless = [
      "grant select on t to public",
      "create index if not exists i on public.t (lower(a::text))",
      "with c as (select count(*) as n from public.t) insert into public.log select 'x', n from c on conflict do nothing",
      "update public.log set n = (select max(a) from public.t)",
      "set local work_mem = '10MB'; analyze t",
      "create trigger of_t after insert on public.t execute function public.f()",
    ];
    const others = [
      "select no_such_function()",
      "select query_to_xml('delete from t', true, true, '')",
      "select 1 into public.made",
      "select * from public.v",
      "select * from t",
      "insert into log values ('a temporary table, or another one')",
      "insert into public.t values (1)",
      "update t set a = 1",
      "update public.t set a = 1",
      "with gone as (delete from public.t returning a) select * from gone",
      "with gone as (delete from public.t returning a) insert into public.log select 'x', a from gone",
      "create trigger of_log after insert on public.log execute function public.f()",
      "alter table t add column b int",
      "truncate t",
      "refresh materialized view m",
      "call p()",
      "not sql",
    ];
    expect(await answers(harmless)).toEqual(harmless.map(() => false));
    expect(await answers(others)).toEqual(others.map(() => true));
  });
});
