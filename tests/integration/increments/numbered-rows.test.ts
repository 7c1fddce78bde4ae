import { beforeEach, describe, expect, it } from "vitest";
import {
  errorOf,
  type RunningDatabase,
  runInDatabase,
  statusesOf,
} from "../../support/run-in-database.ts";
import { temporaryProject } from "../../support/temporary-project.ts";
import { anyServer } from "../../support/test-database.ts";

const numbers = `id: { insert: "nextval('public.ids')" }`;
const staff = (query: string, stamps: string) => `config {
    type: "incremental", uniqueKey: ["name"],
    postgres: { follows: { people: ["name"] }, stamps: { ${stamps} } }
  }
  ${query}
  \${when(incremental(), "where name in (select name from pg_temp.people__changed)")}
  order by name`;
const plain = `select name from \${ref("people")}`;

describe.each(anyServer())("rows that take numbers of a sequence on $name", (server) => {
  let database: RunningDatabase["database"];
  let run: RunningDatabase["run"];
  let rows: RunningDatabase["rows"];

  beforeEach(async () => {
    ({ database, run, rows } = await runInDatabase(server));
    await database.query(`create sequence public.ids;
      create schema shop; create table shop.people (name text);
      insert into shop.people values ('d'), ('b'), ('c'), ('a')`);
  });

  const project = (query = plain, stamps = numbers) =>
    temporaryProject({
      "people.sqlx": `config { type: "declaration", schema: "shop" }`,
      "staff.sqlx": staff(query, stamps),
    });
  const runStaff = async (made = project()) => {
    expect(statusesOf(await run(made))).toMatchObject({ staff: "successful" });
    return (await rows("select name || id from shop.staff order by id")).flat();
  };
  const next = async () => (await rows("select nextval('public.ids')")).flat();

  it("are numbered in their order by the first build, and go on from there", async () => {
    const made = project();
    expect(await runStaff(made)).toEqual(["a1", "b2", "c3", "d4"]);
    await database.query("insert into shop.people values ('e')");
    expect(await runStaff(made)).toEqual(["a1", "b2", "c3", "d4", "e5"]);
    expect(await next()).toEqual(["6"]);
  });

  it("are read by several processes", async () => {
    const query = `select name, current_query() as query from \${ref("people")}`;
    await runStaff(project(query));
    const [[built = ""] = []] = await rows("select query from shop.staff limit 1");
    const plan = await database.session(async (session) => {
      await session.query(`set parallel_setup_cost = 0; set parallel_tuple_cost = 0;
        set min_parallel_table_scan_size = 0; analyze shop.people`);
      return session.query(`explain ${built?.replace(/^create table \S+ as/, "")}`);
    });
    expect(plan.rows.join("\n")).toContain("Gather");
  });

  it("take numbers of their own when somebody else has taken one meanwhile", async () => {
    await database.query(`create function public.taking(name text) returns text
      language plpgsql as $$
      begin
        if name = 'c' then perform nextval('public.ids'); end if;
        return name;
      end $$`);
    const ids = await runStaff(
      project(`select public.taking(name) as name from \${ref("people")}`),
    );
    expect(ids.map((id) => id?.[0])).toEqual(["a", "b", "c", "d"]);
    const [[last] = []] = await rows("select max(id) from shop.staff");
    expect(Number((await next())[0])).toBeGreaterThan(Number(last));
    // The first try took 1 in the function and the numbers of four rows, the second 6 in the function.
    expect(await rows("select min(id) from shop.staff")).toEqual([["7"]]);
  });

  it("may be none", async () => {
    await database.query("truncate shop.people");
    expect(await runStaff()).toEqual([]);
    expect(await next()).toEqual(["1"]);
  });

  it.each([
    ["alter sequence public.ids increment 5", ["a1", "b6", "c11", "d16"], "21"],
    [
      "alter sequence public.ids increment -1 minvalue -9 restart -1",
      ["d-4", "c-3", "b-2", "a-1"],
      "-5",
    ],
    ["alter sequence public.ids maxvalue 4 cycle restart 2", ["d1", "a2", "b3", "c4"], "2"],
    ["select setval('public.ids', 7, false)", ["a7", "b8", "c9", "d10"], "11"],
    ["select setval('public.ids', 7)", ["a8", "b9", "c10", "d11"], "12"],
    ["alter sequence public.ids cache 3", ["a1", "b2", "c3", "d4"], undefined],
  ])("are those of the sequence: %s", async (change, expected, following) => {
    await database.query(change);
    expect(await runStaff()).toEqual(expected);
    if (following) expect(await next()).toEqual([following]);
  });

  it("are refused by what is no sequence, and by one that is used up", async () => {
    await database.query("drop sequence public.ids");
    expect(errorOf(await run(project()), "staff")?.message).toBe(
      'relation "public.ids" does not exist',
    );
    await database.query("create table public.ids ()");
    expect(errorOf(await run(project()), "staff")?.message).toContain('"ids"');
    await database.query("drop table public.ids; create sequence public.ids maxvalue 3");
    expect(errorOf(await run(project()), "staff")?.message).toMatch(
      /^nextval: reached maximum value/,
    );
    expect(await rows("select to_regclass('shop.staff')")).toEqual([[null]]);
  });
});
