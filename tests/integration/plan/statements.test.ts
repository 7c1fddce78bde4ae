import { describe, expect, it } from "vitest";
import { temporaryProject } from "../../support/temporary-project.ts";
import { serversByVersion } from "../../support/test-database.ts";
import { dumpCatalogue } from "./catalogue.ts";
import { usePlans } from "./planned.ts";

const ref = (name: string) => `\${ref("${name}")}`;
const operation = (sql: string) => `config { type: "operations", hasOutput: true }\n${sql}`;
/** One that is no transaction, so that it may commit. */
const operationAlone = (sql: string) =>
  `config { type: "operations", hasOutput: true, postgres: { transaction: false } }\n${sql}`;

describe.each(serversByVersion())("statements of an author in a plan on $name", (server) => {
  const { plan, deploy, query, database } = usePlans(server);

  it.each([
    [`create table \${self()} as select id, 'x' as note from \${ref('source')}`],
    [
      `drop table if exists \${self()};\ncreate table \${self()} (id int primary key, note text);\ninsert into \${self()} select id, 'x' from \${ref('source')}`,
    ],
    [`create or replace view \${self()} as select id, 'x' as note from \${ref('source')}`],
    [
      `create materialized view \${self()} as select id, 'x' as note from \${ref('source')} with data`,
    ],
    [
      'create table shop.made (id int, other text);\nalter table SHOP."made" rename column other to note',
    ],
    ["set local search_path = shop;\ncreate table made as select id, 'x' as note from source"],
  ])("tell the columns of their relation: %s", async (sql) => {
    await query("create schema shop");
    const project = temporaryProject({
      "source.sqlx": `config { type: "view" }\nselect 1 as id`,
      "made.sqlx": `${operation(sql)}`,
      "reader.sqlx": `config { type: "view" }\nselect id, note || 'y' as note from ${ref("made")}`,
      "wrong.sqlx": `config { type: "view" }\nselect nope from ${ref("made")}`,
    });
    project.write("made.sqlx", operation(sql).replace("true", `true, dependencies: ["source"]`));
    const findings = await plan(project);
    expect(findings.get("made")).toMatchObject({ status: "checked", uncheckedStatements: [] });
    expect(findings.get("reader")).toMatchObject({
      status: "checked",
      columns: [
        { name: "id", type: "integer" },
        { name: "note", type: "text" },
      ],
    });
    expect(findings.get("wrong")?.error?.message).toBe('column "nope" does not exist');
  });

  it("leave what is not understood to the run and say so, and nothing fails because of it", async () => {
    const project = temporaryProject({
      "made.sqlx": operation(
        "do $$ begin execute 'create table shop.made as select 1 as id'; end $$",
      ),
      "reader.sqlx": `config { type: "view" }\nselect id from ${ref("made")}`,
      "off.sqlx": `config { type: "view", disabled: true }\nselect id from ${ref("made")}`,
      "wrong.sqlx": `config { type: "table" }
pre_operations { select 1 }
select id from shop.nowhere`,
      "sideways.sqlx": `config { type: "view", dependencies: ["made"] }\nselect id from shop.also_made`,
    });
    const findings = await plan(project);
    expect(findings.get("made")).toMatchObject({
      status: "notChecked",
      uncheckedStatements: [{ reason: "do is left to the run" }],
    });
    expect(findings.get("reader")?.status).toBe("notChecked");
    expect(findings.get("sideways")?.status).toBe("notChecked");
    expect(findings.get("off")).toMatchObject({ effect: "nothing", status: "checked" });
    expect(findings.get("wrong")?.status).toBe("failed");
  });

  it("never touch live relations, rows or sequences, whatever they say", async () => {
    const project = temporaryProject({
      "kept.sqlx": `config { type: "table" }\nselect 1 as id`,
      "harm.sqlx": operation(`drop table if exists public.live;
create table public.live (other int);
truncate shop.kept;
delete from public.other;
alter table public.other drop column note, add column more int;
drop view public.seen;
insert into public.numbered default values;
select nextval('public.numbered_id_seq'), setval('public.numbered_id_seq', 77);
create index on public.other (more);
create or replace function public.two() returns int language sql as 'select 2';
comment on table public.other is 'new';
grant select on public.other to public;
create table \${self()} as select more, public.two() as two from public.other`),
      "numbers.sqlx": `config { type: "table" }\nselect nextval('public.numbered_id_seq') as n`,
      "more.sqlx": operationAlone(`commit;
---
vacuum public.live
---
copy public.live to '/nowhere'
---
create table \${self()} (id int)`),
    });
    await deploy(temporaryProject({ "kept.sqlx": `config { type: "table" }\nselect 1 as id` }));
    await query(`
      create table public.live (id int);
      insert into public.live values (1);
      create table public.other (note text);
      insert into public.other values ('x');
      create view public.seen as select 1 as one;
      create table public.numbered (id int generated always as identity, note text);
      create function public.two() returns int language sql as 'select 1'`);
    const before = await dumpCatalogue(database());
    const findings = await plan(project);
    expect(findings.get("harm")).toMatchObject({
      status: "checked",
      columns: [
        { name: "more", type: "integer" },
        { name: "two", type: "integer" },
      ],
    });
    expect(findings.get("more")?.uncheckedStatements.map(({ reason }) => reason)).toEqual([
      "commit is left to the run",
      "vacuum is left to the run",
      "copy is left to the run",
    ]);
    expect(await dumpCatalogue(database())).toEqual(before);
    expect(await query("select id from public.live")).toEqual([["1"]]);
    expect(await query("select note from public.other")).toEqual([["x"]]);
    expect(await query("select public.two()")).toEqual([["1"]]);
    const sequence = "select last_value, is_called from public.numbered_id_seq";
    expect(await query(sequence)).toEqual([["1", "f"]]);
  });

  it("are checked one by one: pre- and post-operations, with their place", async () => {
    const project = temporaryProject({
      "orders.sqlx": `config { type: "table" }
pre_operations { create temp table staged as select 1 as id; set local work_mem = '64MB' }
select id from staged
post_operations {
  create index concurrently orders_id on \${self()} (id);
  alter table \${self()} add primary key (nope)
}`,
      "second.sqlx": `config { type: "table" }
pre_operations { create temp table staged as select 'x' as note }
select note from staged`,
    });
    const findings = await plan(project);
    expect(findings.get("second")?.status).toBe("checked");
    expect(findings.get("orders")).toMatchObject({
      status: "failed",
      error: { message: 'column "nope" of relation "orders" does not exist' },
    });
  });

  it("and declared indexes and constraints are checked on empty tables", async () => {
    const sqlx = (settings: string) =>
      `config { type: "table", postgres: { ${settings} } }\nselect 1 as id`;
    const project = temporaryProject({
      "parent.sqlx": sqlx(`primaryKey: ["id"], indexes: [{ columns: ["id desc"] }]`),
      "child.sqlx": `config { type: "table", dependencies: ["parent"], postgres: {
  foreignKeys: [{ columns: ["id"], references: "parent" }], checks: ["id > 0"] } }
select 1 as id`,
    });
    const statuses = async () => [...(await plan(project)).values()].map(({ status }) => status);
    expect(await statuses()).toEqual(["checked", "checked"]);
    await deploy(project);
    expect(await statuses()).toEqual(["checked", "checked"]);
    project.write("parent.sqlx", sqlx(`primaryKey: ["id"], indexes: [{ columns: ["nope"] }]`));
    expect((await plan(project)).get("parent")?.error?.message).toBe(
      'column "nope" does not exist',
    );
  });

  it("are left to the run where an empty copy cannot tell", async () => {
    const project = temporaryProject({
      "a.sqlx": `config { type: "operations" }
alter table public.child drop constraint child_parent;
do $$ begin perform 1; end $$;
insert into public.child select id from public.parent for update`,
      "b.sqlx": `config { type: "operations" }\ndo $$ begin perform 1 end $$`,
    });
    await query(`
      create table public.parent (id int primary key);
      create table public.child (id int constraint child_parent references public.parent (id))`);
    const findings = await plan(project);
    expect(findings.get("a")).toMatchObject({
      status: "checked",
      uncheckedStatements: [
        { reason: 'constraint "child_parent" of relation "child" does not exist' },
        { reason: "do is left to the run" },
      ],
    });
    expect(findings.get("b")?.error?.message).toContain("syntax error");
  });

  it("are read by PostgreSQL's own parser: a statement that is none is never sent", async () => {
    const project = temporaryProject({
      "a.sqlx": `config { type: "table" }\nselect 1 as é, frm x y z`,
      "b.sqlx": `config { type: "view" }\nselect 'drop' as a, a.b from (select 1 as b) as a`,
    });
    const findings = await plan(project);
    const { statement = "", position = 0, sqlstate } = findings.get("a")?.error ?? {};
    expect(sqlstate).toBe("42601");
    expect(statement.slice(position - 1)).toMatch(/^y z/);
    expect(findings.get("b")?.status).toBe("checked");
  });

  it("tell an alias and its column from a relation of the same two names", async () => {
    const project = temporaryProject({
      "orders.sqlx": `config { type: "table" }\nselect 1 as id`,
      "reader.sqlx": `config { type: "view" }
select shop.orders, "shop"."orders" + 1 as next, 'shop.orders'::regclass as o, t.id, count(*) as n
from (select 1 as orders) as shop, ${ref("orders")} as t
group by 1, 2, 3, 4`,
      "keyed.sqlx": operation(`create table \${self()} (id int primary key, note text)`),
      "grouped.sqlx": `config { type: "view" }\nselect k.*, count(*) as n from ${ref("keyed")} as k group by k.id`,
    });
    const findings = [...(await plan(project)).values()];
    expect(findings.filter(({ status }) => status !== "checked")).toEqual([]);
  });
});
