import { beforeEach, describe, expect, it } from "vitest";
import type { Database } from "../../../runner/database/database.ts";
import { openDatabase } from "../../../runner/database/open-database.ts";
import { formatPlan } from "../../../runner/report/format-plan.ts";
import { planProject, runProject } from "../../../runner/run-project.ts";
import { temporaryProject } from "../../support/temporary-project.ts";
import { createDatabase, serversByVersion } from "../../support/test-database.ts";

describe.each(serversByVersion())("a materialized view on $name", (server) => {
  let database: Database;
  let url: string;

  beforeEach(async () => {
    const made = await createDatabase(server);
    url = made.url;
    database = await openDatabase({ projectDir: "/nonexistent", env: { DATABASE_URL: url } });
    await database.query(
      "create table public.source (id int, value int); insert into public.source values (1, 1)",
    );
    return async () => {
      await database.close();
      await made.drop();
    };
  });

  const rows = async (sql: string) => (await database.query(sql)).rows;
  const kind = async (name: string) =>
    (await rows(`select relkind from pg_class where oid = to_regclass('${name}')`))[0]?.[0];
  const materialized = 'config { type: "view", materialized: true }\n';
  const withKey = `${materialized}select id, value from public.source
post_operations { create unique index if not exists totals_id on \${self()} (id) }`;

  function totals(sqlx: string, others: Record<string, string> = {}) {
    const project = temporaryProject({ "totals.sqlx": sqlx, ...others });
    const run = async (actions: string[] = []) => {
      const result = await runProject({
        projectDir: project.folder,
        database,
        runConfig: { actions },
      });
      return result.actions.flatMap(({ tasks }) => tasks.flatMap(({ error }) => error ?? []));
    };
    const plan = async () =>
      formatPlan(await planProject({ projectDir: project.folder, database }));
    return { run, plan, becomes: (text: string) => project.write("totals.sqlx", text) };
  }

  it("is made once and refreshed by every run that follows", async () => {
    const { run } = totals(`${materialized}select sum(value) as total from public.source`);
    expect(await run()).toEqual([]);
    const before = await rows("select oid from pg_class where relname = 'totals'");
    await database.query("insert into public.source values (2, 2)");
    expect(await run()).toEqual([]);
    expect(await rows("select total from shop.totals")).toEqual([["3"]]);
    expect(await rows("select oid from pg_class where relname = 'totals'")).toEqual(before);
  });

  it("is refreshed while readers go on when it has a unique index", async () => {
    const { run, plan } = totals(withKey);
    expect(await run()).toEqual([]);
    expect(await plan()).toContain("readers go on");
    await database.query("insert into public.source values (2, 2)");
    const file = "select pg_relation_filenode('shop.totals')";
    const before = await rows(file);
    const errors = await database.transaction(async (session) => {
      await session.query("select * from shop.totals");
      return run();
    });
    expect(errors).toEqual([]);
    expect(await rows("select count(*) from shop.totals")).toEqual([["2"]]);
    expect(await rows(file)).toEqual(before);
  });

  it.each([
    ["has no unique index", ""],
    ["has one of an expression", "create unique index on shop.totals ((id + 1))"],
    ["has a partial one", "create unique index on shop.totals (id) where id > 0"],
    [
      "holds no rows yet",
      "create unique index on shop.totals (id); refresh materialized view shop.totals with no data",
    ],
  ])("is refreshed as a whole when it %s", async (_, statement) => {
    const { run, plan } = totals(`${materialized}select id, value from public.source`);
    await run();
    if (statement) await database.query(statement);
    expect(await plan()).toContain("readers wait");
    await database.query("insert into public.source values (2, 2)");
    expect(await run()).toEqual([]);
    expect(await rows("select count(*) from shop.totals")).toEqual([["2"]]);
  });

  it("is made anew when its definition changes, with its indexes, grants and what is built on it", async () => {
    const { run, becomes } = totals(withKey);
    await run();
    await database.query(`
      create index totals_again on shop.totals (id desc);
      grant select on shop.totals to public;
      create view public.mine as select id from shop.totals;
      create materialized view public.copied as select id from public.mine;
      create unique index copied_id on public.copied (id);
      comment on materialized view public.copied is 'hand-made';
      create materialized view public.empty as select id from shop.totals with no data`);
    becomes(`${materialized}select id, 'a'::text as name from public.source`);
    expect(await run()).toEqual([]);
    expect(await rows("select id, name from shop.totals")).toEqual([["1", "a"]]);
    expect(
      await rows(
        "select indexname from pg_indexes where schemaname in ('shop', 'public') order by 1",
      ),
    ).toEqual([["copied_id"], ["totals_again"], ["totals_id"]]);
    expect(await rows("select id from public.copied")).toEqual([["1"]]);
    expect(
      await rows(
        "select obj_description('public.copied'::regclass), relispopulated from pg_class where oid = 'public.empty'::regclass",
      ),
    ).toEqual([["hand-made", "f"]]);
    expect(await rows("select has_table_privilege('pg_monitor', 'shop.totals', 'select')")).toEqual(
      [["t"]],
    );
  });

  it("changes nothing when what is built on it would break, and names that", async () => {
    const { run, becomes } = totals(`${materialized}select id, value from public.source`);
    await run();
    await database.query("create materialized view public.mine as select value from shop.totals");
    becomes(`${materialized}select id from public.source`);
    expect((await run())[0]?.message).toContain("materialized view public.mine");
    expect(await rows("select value from public.mine")).toEqual([["1"]]);
  });

  it("is made anew when a column of its source has another type", async () => {
    const { run } = totals(`${materialized}select * from \${ref("base")}`, {
      "base.sqlx": `config { type: "table" }\nselect 1 as id`,
    });
    await run();
    const { run: rerun } = totals(`${materialized}select * from \${ref("base")}`, {
      "base.sqlx": `config { type: "table" }\nselect 1 as id, 'b'::text as name`,
    });
    expect(await rerun()).toEqual([]);
    expect(await rows("select id, name from shop.totals")).toEqual([["1", "b"]]);
  });

  const forms = {
    r: 'config { type: "table" }\nselect id, value from public.source',
    v: 'config { type: "view" }\nselect id, value from public.source',
    m: `${materialized}select id, value from public.source`,
  };
  const flips = (["r", "v", "m"] as const).flatMap((from) =>
    (["r", "v", "m"] as const).filter((to) => to !== from).map((to) => [from, to] as const),
  );

  it.each(flips)("takes the place of another kind of relation: %s becomes %s", async (from, to) => {
    const { run, becomes } = totals(forms[from]);
    expect(await run()).toEqual([]);
    await database.query(
      "grant select on shop.totals to public; create view public.mine as select id from shop.totals",
    );
    expect(await kind("shop.totals")).toBe(from);
    becomes(forms[to]);
    expect(await run()).toEqual([]);
    expect(await kind("shop.totals")).toBe(to);
    expect(await rows("select id from public.mine")).toEqual([["1"]]);
    expect(await rows("select has_table_privilege('pg_monitor', 'shop.totals', 'select')")).toEqual(
      [["t"]],
    );
  });

  it("reports a mistake in its query at its place", async () => {
    const { run, becomes } = totals(`${materialized}select id from public.source`);
    await run();
    becomes(`${materialized}select nope from public.source`);
    const [error] = await run();
    expect(error?.message).toContain('"nope"');
    expect(error?.statement?.slice((error.position ?? 1) - 1)).toMatch(/^nope/);
  });
});
