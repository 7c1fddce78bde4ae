import { beforeEach, describe, expect, it } from "vitest";
import { errorOf, type RunningDatabase, runInDatabase } from "../../support/run-in-database.ts";
import { temporaryProject } from "../../support/temporary-project.ts";
import { anyServer } from "../../support/test-database.ts";

const table = (query: string) =>
  `config { type: "table", assertions: { rowConditions: ["price >= 0"] } }\n${query}`;

describe.each(anyServer())("rejected rows on $name", (server) => {
  let database: RunningDatabase["database"];
  let run: RunningDatabase["run"];
  let rows: RunningDatabase["rows"];

  beforeEach(async () => {
    ({ database, run, rows } = await runInDatabase(server));
  });

  it("are replaced by those of the next rejection and gone once the table is published", async () => {
    const project = temporaryProject({ "orders.sqlx": table("select -1 as price") });
    await run(project);
    project.write("orders.sqlx", table("select -2 as price, 'new' as note"));
    await run(project);
    expect(await rows("select price, note from shop.orders__rejected")).toEqual([["-2", "new"]]);
    expect(await rows("select obj_description('shop.orders__rejected'::regclass)")).toEqual([
      [
        "dataform-postgres: rows that were not published in shop.orders (not published: the assertion rowConditions (price >= 0) found 1 failing row)",
      ],
    ]);
    project.write("orders.sqlx", table("select 3 as price"));
    expect((await run(project)).status).toBe("successful");
    expect(await rows("select to_regclass('shop.orders__rejected')")).toEqual([[null]]);
  });

  it("keep every value: types, NULLs, tabs, backslashes and line breaks", async () => {
    const values = `select -1 as price, e'a\\tb\\\\n\\nc' as text, null::date as day, array[1, null] as list, '{"a": 1}'::json as doc, 0.1::float8 as "Share ""%""", '\\x00ff'::bytea as bytes`;
    const project = temporaryProject({ "orders.sqlx": table(values) });
    await run(project);
    expect(await rows("table shop.orders__rejected")).toEqual(await rows(values));
  });

  it("of an incremental table are the new ones, and those that are there stay out of it", async () => {
    const text = (price: number) =>
      `config { type: "incremental", assertions: { rowConditions: ["price >= 0"] } }\nselect ${price} as price`;
    const project = temporaryProject({ "orders.sqlx": text(1) });
    await run(project);
    project.write("orders.sqlx", text(-1));
    await run(project);
    expect(await rows("select price from shop.orders__rejected")).toEqual([["-1"]]);
    expect(await rows("select price from shop.orders")).toEqual([["1"]]);
  });

  it("get a shorter name of their own when the name would be too long", async () => {
    const name = "o".repeat(60);
    const project = temporaryProject({ [`${name}.sqlx`]: table("select -1 as price") });
    const { hint } = errorOf(await run(project), name) ?? {};
    const [[kept = ""] = []] = await rows("select relname from pg_class where relname ~ '^ooo'");
    expect(kept).toMatch(/^o{54}_[0-9a-f]{8}$/);
    expect(hint).toContain(`"shop"."${kept}"`);
  });

  it("are not kept over a table of somebody else, and the real reason is still told", async () => {
    await database.query("create schema shop; create table shop.orders__rejected (mine int)");
    const project = temporaryProject({ "orders.sqlx": table("select -1 as price") });
    const { message, hint } = errorOf(await run(project), "orders") ?? {};
    expect(message).toMatch(/^not published: the assertion rowConditions/);
    expect(hint).toBe(
      "the rows that were not published could not be kept in shop.orders__rejected: a relation of that name is there that this runner did not make",
    );
    project.write("orders.sqlx", table("select 1 as price"));
    expect((await run(project)).status).toBe("successful");
    expect(await rows("select count(*) from shop.orders__rejected")).toEqual([["0"]]);
  });

  it("that cannot be kept do not hide why they were rejected", async () => {
    const project = temporaryProject({
      "orders.sqlx": `config { type: "table", assertions: { rowConditions: ["price >= 0"] } }
pre_operations { create type pg_temp.mood as enum ('good', 'bad') }
select -1 as price, 'bad'::pg_temp.mood as mood from generate_series(1, 200000)`,
    });
    const { message, hint } = errorOf(await run(project), "orders") ?? {};
    expect(message).toMatch(/found 200000 failing rows$/);
    expect(hint).toMatch(/could not be kept in shop.orders__rejected: type "mood" does not exist/);
  });

  it("that the second session refuses half way leave the first one usable", async () => {
    await database.query(
      `create schema shop; create domain public.small as int check (value < 150000 or current_setting('application_name') = '')`,
    );
    const project = temporaryProject({
      "orders.sqlx": table(
        "select (case when n < 150000 then n end)::public.small as id, -1 as price, repeat('x', 200) as text from generate_series(1, 200000) as n",
      ),
      "others.sqlx": `config { type: "table" }\nselect 1 as id`,
    });
    await database.query(`create function public.refuse() returns event_trigger language plpgsql as
      $$ begin execute 'alter table shop.orders__rejected add check (id is not null)'; end $$;
      create event trigger refuse on ddl_command_end when tag in ('COMMENT') execute function public.refuse()`);
    const result = await run(project);
    expect(errorOf(result, "orders")?.message).toMatch(/found 200000 failing rows$/);
    expect(errorOf(result, "orders")?.hint).toMatch(
      /could not be kept .* violates check constraint/,
    );
    expect(await rows("select id from shop.others")).toEqual([["1"]]);
  });

  it("of many tables at once are all kept, with as many sessions as there are tables", async () => {
    const names = Array.from({ length: 8 }, (_, index) => `t${index}`);
    const project = temporaryProject(
      Object.fromEntries(names.map((name) => [`${name}.sqlx`, table("select -1 as price")])),
    );
    await run(project);
    const kept = await rows("select count(*) from pg_class where relname ~ '^t._*rejected$'");
    expect(kept).toEqual([["8"]]);
  });
});
