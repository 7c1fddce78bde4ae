import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import type { Database } from "../../../runner/database/database.ts";
import { openDatabase } from "../../../runner/database/open-database.ts";
import { formatPlan } from "../../../runner/report/plan/format-plan.ts";
import { forbidCascades } from "../../support/forbid-cascades.ts";
import { planProject, runProject, validateProject } from "../../support/run-project.ts";
import { temporaryProject } from "../../support/temporary-project.ts";
import { createDatabase, databasesAreGone, serversByVersion } from "../../support/test-database.ts";
import { watchServer } from "../../support/watch-server.ts";

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
    const requireNoCascade = await forbidCascades(database);
    return async () => {
      await requireNoCascade();
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
    const findings = async () =>
      (await validateProject({ projectDir: project.folder, database })).findings.actions[0];
    /**
     * Runs the project, as another role when one is given, and returns how the rows were replaced.
     */
    const wayOf = async (role?: string) => {
      const env = { DATABASE_URL: role ? url.replace("postgres@", `${role}@`) : url };
      const as = await openDatabase({ projectDir: "/nonexistent", env });
      try {
        const { actions } = await runProject({ projectDir: project.folder, database: as });
        const tasks = actions.flatMap((action) => action.tasks);
        return tasks.find(({ type }) => type === "publish")?.replacement ?? JSON.stringify(tasks);
      } finally {
        await as.close();
      }
    };
    const becomes = (text: string) => project.write("totals.sqlx", text);
    return { run, plan, findings, wayOf, becomes };
  }

  it("is made once and refreshed by every run that follows, when it has a unique index", async () => {
    const { run } = totals(`${materialized}select sum(value) as total from public.source`);
    expect(await run()).toEqual([]);
    await database.query("create unique index on shop.totals (total)");
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

  const sourceColumns = (postgres = "") =>
    `config { type: "view", materialized: true${postgres && `, postgres: { ${postgres} }`} }
select id, value from public.source`;
  const oid = "select 'shop.totals'::regclass::oid";

  it.each([
    ["has no unique index", ""],
    ["has one of an expression", "create unique index on shop.totals ((id + 1))"],
    ["has a partial one", "create unique index on shop.totals (id) where id > 0"],
  ])("is swapped for a new one when it %s", async (_, statement) => {
    const { run, plan, wayOf } = totals(sourceColumns());
    await run();
    if (statement) await database.query(statement);
    expect(await plan()).toContain("swapped for a new one or, where that cannot be,");
    const before = await rows(oid);
    await database.query("insert into public.source values (2, 2)");
    expect(await wayOf()).toBe("swapped for a new one (it has no unique index)");
    expect(await rows("select count(*) from shop.totals")).toEqual([["2"]]);
    expect(await rows(oid)).not.toEqual(before);
  });

  it.each<[what: string, postgres: string, statement: string, way: string]>([
    [
      "holds no rows yet",
      "",
      "create unique index on shop.totals (id); refresh materialized view shop.totals with no data",
      "it holds no rows yet",
    ],
    [
      "is set so and has no unique index",
      'replace: "inPlace"',
      "",
      "set in its postgres block, and it has no unique index",
    ],
    [
      "is used by a function",
      "",
      "create function public.f() returns bigint begin atomic select count(*) from shop.totals; end",
      "it has no unique index and is not swapped: it would lose function public.f()",
    ],
    [
      "has another one on it, which holds rows",
      "",
      "create materialized view public.m as select id from shop.totals",
      "it has no unique index and is not swapped: materialized view public.m would have to be filled again",
    ],
  ])("is refreshed where it is when it %s", async (_, postgres, statement, why) => {
    const { run, findings, wayOf } = totals(sourceColumns(postgres));
    await run();
    if (statement) await database.query(statement);
    const before = await rows(oid);
    await database.query("insert into public.source values (2, 2)");
    expect((await findings())?.replacement).toBe(`refreshed while readers wait (${why})`);
    expect(await wayOf()).toBe(`refreshed while readers wait (${why})`);
    expect(await rows("select count(*) from shop.totals")).toEqual([["2"]]);
    expect(await rows(oid)).toEqual(before);
  });

  it("is refreshed where it is when the role could not make a view on it again", async () => {
    const { run, wayOf } = totals(sourceColumns());
    await run();
    await database.query("create view public.mine as select id from shop.totals");
    const role = `refresher_${/test_\w+/.exec(url)?.[0]}`;
    const admin = await watchServer(server.url);
    // Roles belong to the server: they go after the database.
    onTestFinished(async () => {
      await databasesAreGone(server);
      await admin(`drop role ${role}`);
    });
    await database.query(`create role ${role} login;
      grant create, usage on schema shop to ${role};
      grant select on public.source to ${role};
      alter materialized view shop.totals owner to ${role}`);
    expect(await wayOf(role)).toMatch(/the role \w+ may not make public.mine again/);
    await database.query("drop view public.mine");
    expect(await wayOf(role)).toMatch(/^swapped for a new one/);
  });

  it.each(["auto", "inPlace"])("is filled with the rights of its owner: %s", async (replace) => {
    const { run } = totals(
      sourceColumns(`replace: "${replace}"`).replace("id, value", "current_user::text as filler"),
    );
    await run();
    await database.query(`
      grant usage on schema public to pg_monitor;
      grant select on public.source to pg_monitor;
      alter materialized view shop.totals owner to pg_monitor`);
    expect(await run()).toEqual([]);
    expect(await rows("select filler from shop.totals")).toEqual([["pg_monitor"]]);
  });

  it("is swapped when that is set, and keeps its unique index", async () => {
    const { run, findings, wayOf } = totals(sourceColumns('replace: "swap"'));
    await run();
    await database.query("create unique index totals_id on shop.totals (id)");
    const before = await rows(oid);
    expect((await findings())?.replacement).toBe(
      "swapped for a new one (set in its postgres block)",
    );
    expect(await wayOf()).toBe("swapped for a new one (set in its postgres block)");
    expect(await rows(oid)).not.toEqual(before);
    expect(await rows("select indexname from pg_indexes where tablename = 'totals'")).toEqual([
      ["totals_id"],
    ]);
  });

  it("is not swapped for another definition when it has to stay in place", async () => {
    const { run, becomes } = totals(sourceColumns('replace: "inPlace"'));
    await run();
    becomes(sourceColumns('replace: "inPlace"').replace("id, value", "id"));
    expect((await run())[0]?.message).toBe(
      'the materialized view shop.totals has another definition than its file, and replace is "inPlace"',
    );
    expect(await rows("select value from shop.totals")).toEqual([["1"]]);
  });

  it("shows an error of a row in the query of its author", async () => {
    const { run } = totals(`${materialized}select 10 / value as share from public.source`);
    await run();
    await database.query("update public.source set value = 0");
    const [error] = await run();
    expect(error?.message).toBe("division by zero");
    expect(error?.statement?.trim()).toBe("select 10 / value as share from public.source");
  });

  it.each<[what: string, text: string, statements: string, warnings: string[]]>([
    [
      "post-operations after a swap",
      `${sourceColumns()}\npost_operations { select pg_sleep(0) }`,
      "",
      [
        "readers wait until its post_operations are done: a unique index on columns spares them that",
      ],
    ],
    [
      "grants, comments and an index that comes along after a swap",
      `${sourceColumns()}\npost_operations { create index if not exists by_id on \${self()} (id); grant select on \${self()} to public }`,
      "",
      [],
    ],
    [
      "post-operations after a concurrent refresh",
      `${sourceColumns()}\npost_operations { select pg_sleep(0) }`,
      "create unique index on shop.totals (id)",
      [],
    ],
    [
      "a materialized view on a swapped one",
      sourceColumns('replace: "swap"'),
      "create materialized view public.m as select id from shop.totals",
      ["readers wait while materialized view public.m on it is filled again"],
    ],
    [
      "post-operations after a table is swapped",
      `config { type: "table", postgres: { replace: "swap" } }\nselect id from public.source\npost_operations { select pg_sleep(0) }`,
      "",
      [
        'readers wait until its post_operations are done: postgres: { replace: "inPlace" } spares them that',
      ],
    ],
    [
      "post-operations after a table is replaced in place",
      `config { type: "table" }\nselect id from public.source\npost_operations { select pg_sleep(0) }`,
      "",
      [],
    ],
  ])(
    "has a plan that warns of what keeps readers waiting: %s",
    async (_, text, statements, warnings) => {
      const { run, findings } = totals(text);
      expect(await run()).toEqual([]);
      if (statements) await database.query(statements);
      expect((await findings())?.notes ?? []).toEqual(warnings);
    },
  );

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
