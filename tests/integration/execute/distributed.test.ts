import { describe, expect, it } from "vitest";
import type { Database } from "../../../runner/database/database.ts";
import { readSpreadTables } from "../../../runner/database/warehouse/spread-tables.ts";
import { citusNames } from "../../support/citus-names.ts";
import { startFaultProxy } from "../../support/fault-proxy.ts";
import { openUrl } from "../../support/opened-database.ts";
import { runProject, validateProject } from "../../support/run-project.ts";
import { temporaryProject } from "../../support/temporary-project.ts";
import { anyServer, createDatabase } from "../../support/test-database.ts";
import { whenTestEnds } from "../../support/when-test-ends.ts";

const spread = (more: string) => `postgres: { distributedBy: "app_id"${more} }`;

/** One table for each way to publish, and what each should hold when all of them ran. */
const files = {
  "events.sqlx": 'config { type: "declaration", schema: "app", name: "events" }',
  "apps.sqlx": `config { type: "table", description: "Applications.", postgres: { reference: true, primaryKey: ["app_id"] } } select distinct app_id, 'app ' || app_id as name from \${ref("events")}`,
  "replaced.sqlx": `config { type: "table", ${spread(', primaryKey: ["app_id", "id"], indexes: [{ columns: ["v"] }]')}, assertions: { nonNull: ["id"] } } select id, app_id, v from \${ref("events")}`,
  "rewritten.sqlx": `config { type: "table", ${spread("")} } select app_id, count(*) as n from \${ref("events")} group by app_id`,
  "appended.sqlx": `config { type: "incremental", ${spread(", shardCount: 4")} } select id, app_id, v from \${ref("events")} \${when(incremental(), \`where id > (select coalesce(max(id), 0) from \${self()})\`)}`,
  "merged.sqlx": `config { type: "incremental", uniqueKey: ["app_id", "id"], ${spread("")} } select id, app_id, v from \${ref("events")}`,
  "sliced.sqlx": `config { type: "incremental", incrementalStrategy: "INSERT_OVERWRITE", bigquery: { partitionBy: "day" }, ${spread(', partitionBy: { column: "day", range: "month" }, foreignKeys: [{ columns: ["app_id"], references: "apps" }]')} } select id, app_id, day, v from \${ref("events")}`,
  "keyed.sqlx": `config { type: "incremental", uniqueKey: ["app_id", "id"], ${spread(', primaryKey: ["app_id", "id"], foreignKeys: [{ columns: ["app_id"], references: "apps" }], follows: { events: ["id"] }, stamps: { seen_at: "now()" }')}, assertions: { uniqueKey: ["app_id", "id"] } } select id, app_id, day, v from \${ref("events")} \${when(incremental(), "where id in (select id from pg_temp.events__changed)")}`,
  "followed.sqlx": `config { type: "incremental", uniqueKey: ["app_id", "day"], ${spread(', colocateWith: "keyed", follows: { keyed: ["app_id", "day"] }')} } select app_id, day, sum(v) as v from \${ref("keyed")} \${when(incremental(), "where (app_id, day) in (select app_id, day from pg_temp.keyed__changed)")} group by app_id, day`,
};

const load = (from: number, to: number) =>
  `insert into app.events select i, 1 + i % 5, date '2026-01-01' + i % 40 + i / 301 * 60, i % 7 from generate_series(${from}, ${to}) i`;
const start = `create schema app; create table app.events (id bigint primary key, app_id integer, day date, v numeric); ${load(1, 300)}`;
const change = `${load(301, 330)}; update app.events set v = v + 0.50 where id % 50 = 0`;
const removal =
  "delete from app.events where id % 60 = 0; update app.events set app_id = 3 where id = 11";

/** What is wrong with the rows, one line each; nothing when every table is as its query gives it. */
const wrong = [
  ...["replaced", "merged", "sliced", "keyed"].map(
    (name) =>
      `select '${name}' from (select id, app_id, v from shop.${name} except all select id, app_id, v from app.events) as x`,
  ),
  ...["replaced", "keyed"].map(
    (name) =>
      `select '${name} lacks' from (select id, app_id, v from app.events except all select id, app_id, v from shop.${name}) as x`,
  ),
  "select 'rewritten' from (select app_id, n from shop.rewritten except select app_id, count(*) from app.events group by app_id) as x",
  "select 'followed' from (select app_id, day, sum(v) from app.events group by app_id, day except select app_id, day, v from shop.followed) as x",
  "select 'followed has more' from (select app_id, day, v from shop.followed except select app_id, day, sum(v) from app.events group by app_id, day) as x",
  "select 'appended' where (select count(*) from shop.appended) <> (select max(id) from app.events)",
];

/** Runs the project over rows that come, change and go; returns what is wrong after each run. */
async function live(
  database: Database,
  project = files,
): Promise<{ problems: string[]; second: number }> {
  const { folder: projectDir } = temporaryProject(project);
  const problems: string[] = [];
  const run = async (step: string, fullRefresh = false) => {
    const { actions } = await runProject({ projectDir, database, runConfig: { fullRefresh } });
    for (const { target, status, tasks } of actions) {
      if (status === "successful") continue;
      const message = tasks.find(({ error }) => error)?.error?.message;
      problems.push(`${step}: ${target.name} ${status}: ${message}`);
    }
    // A row that is gone stays where rows are only added or merged.
    const checks = wrong.filter(
      (each) => step !== "removal" || !/'(merged|sliced|appended)'/.test(each),
    );
    const { rows } = await database.query(checks.join(" union all "));
    problems.push(...rows.map(([what]) => `${step}: ${what}`));
    return actions.find(({ target }) => target.name === "keyed")?.tasks[0]?.rowCount ?? -1;
  };
  const plan = async (step: string) => {
    const { findings } = await validateProject({ projectDir, database });
    for (const { target, status, reason, error } of findings.actions) {
      if (status !== "checked")
        problems.push(`plan of ${step}: ${target.name} ${status}: ${error?.message ?? reason}`);
    }
  };
  await database.query(start);
  await plan("first");
  await run("first");
  await plan("second");
  const second = await run("second");
  await database.query(change);
  await run("change");
  await run("refresh", true);
  await database.query(removal);
  await run("removal");
  return { problems, second };
}

it.each(anyServer())(
  "sends Citus nothing that it refuses, and tells it how to spread each table before it has rows, on $name",
  async (server) => {
    const { url, drop } = await createDatabase(server);
    whenTestEnds(drop);
    const sent: string[] = [];
    const proxy = await startFaultProxy(url, ({ type, text, forward }) => {
      const [first = "", second = ""] = text.slice(5).split("\0");
      if (type === "Q" || type === "P") sent.push(type === "Q" ? first : second);
      forward();
    });
    whenTestEnds(async () => proxy.close());
    const database = await openUrl(proxy.url);
    await database.query(citusNames);
    expect(await live(database)).toEqual({ problems: [], second: 0 });
    const more = files["replaced.sqlx"].replace("primaryKey", "shardCount: 4, primaryKey");
    const { folder: projectDir } = temporaryProject({ ...files, "replaced.sqlx": more });
    const runConfig = { actions: ["replaced"], fullRefresh: true };
    expect((await runProject({ projectDir, database, runConfig })).status).toBe("successful");

    const ours = sent.filter(
      (text) => /"shop"\./.test(text) && !/pg_class|pg_catalog\.pg_/.test(text),
    );
    const refused = {
      "a place of a row": /\b(ctid|tableoid)\b/,
      "an operator that it does not know": /\*<>|\*=/,
      "a query without columns": /exists\s*\(\s*select\s+from\s+"shop"/i,
      "a merge from rows of one session": /merge into[\s\S]*using \(select[\s\S]*from pg_temp/i,
      "a look-up in a lateral join": /cross join lateral[\s\S]*offset 0/i,
      statistics: /set statistics/i,
      "an update of the column of distribution": /^update [\s\S]* set [^;]*"app_id" = /i,
      "a setting that takes its whole message to the nodes": /(^|;)\s*set [\s\S]*;|;\s*set /i,
      "another name of a constraint": /rename constraint/i,
    };
    for (const [what, pattern] of Object.entries(refused)) {
      const found = ours.filter((text) => pattern.test(text) && !/apps|app"\."events/.test(text));
      expect(found, what).toEqual([]);
    }
    const changes = /(^|;)\s*(create|alter|drop|analyze|comment)\b/gi;
    const several = sent.filter(
      (text) => /\bapp\.|"shop"\./.test(text) && (text.match(changes)?.length ?? 0) > 1,
    );
    expect(several, "changes of several statements in one text").toEqual([start]);
    for (const name of ["replaced", "rewritten", "appended", "merged", "keyed", "followed"]) {
      const calls = ours.filter((text) => text.includes(`"shop"."${name}"`));
      const at = (pattern: RegExp) => calls.findIndex((text) => pattern.test(text));
      const [made, told, filled] = [
        /^create table/,
        /create_distributed_table/,
        /^insert into/,
      ].map(at);
      expect(
        [made, told, filled].every((index) => (index ?? -1) >= 0),
        name,
      ).toBe(true);
      expect(made).toBeLessThan(told ?? 0);
      expect(told).toBeLessThan(filled ?? 0);
      expect(calls[made ?? 0]).toContain("with no data");
    }
    const inOrder = sent.filter((text) => text.includes("multi_shard_modify_mode"));
    expect(inOrder.some((text) => text.includes('"shop"."sliced"'))).toBe(true);
    expect(ours.find((text) => /"appended"', 'app_id', shard_count => 4/.test(text))).toBeDefined();
    expect(ours.find((text) => text.includes(`colocate_with => '"shop"."keyed"'`))).toBeDefined();
  },
);

it.each(anyServer())(
  "lets Citus plan the queries of a project in the dry run, on $name",
  async (server) => {
    const { url, drop } = await createDatabase(server);
    whenTestEnds(drop);
    const database = await openUrl(url);
    await database.query(citusNames);
    // PostgreSQL refuses it when it plans it, by the same code as Citus, and not when it reads it.
    const query =
      'select a.id, b.v from ${ref("spread")} a full join ${ref("spread")} b on a.id < b.id';
    const found = await refusedInPlan(database, {
      "joined.sqlx": `config { type: "incremental" } ${query}`,
      "checked.sqlx": `config { type: "assertion" } ${query}`,
      "before.sqlx": `config { type: "table" } pre_operations { create temp table found as ${query} } select 1 as app_id`,
      "made.sqlx": `config { type: "operations", hasOutput: true } create table \${self()} as ${query}`,
      "put.sqlx": `config { type: "operations" } insert into \${ref("spread")} (id, v) ${query}`,
      "seen.sqlx": `config { type: "view" } ${query}`,
    });
    const refused = [
      "FULL JOIN is only supported with merge-joinable or hash-joinable join conditions",
      "Citus refuses this on spread tables: take their rows in a step `with … as materialized (select …)`, and do the rest with that (docs/scaling.md)",
    ];
    expect(found).toEqual([
      nowhere,
      ["joined", ...refused],
      ...["before", "made", "put"].map((name) => [name, ...refused]),
      ["checked", ...refused],
      ["seen", expect.stringContaining(refused[0] ?? "")],
    ]);
  },
);

describe("on a cluster", () => {
  const url = process.env.TEST_CITUS_URL;
  const tries = (what: string) =>
    url ? what : `${what}: is not tried, since TEST_CITUS_URL names no coordinator of Citus`;
  const open = async () => {
    const database = await openUrl(url ?? "");
    const drop = "drop schema if exists shop, shop_assertions, app, dataform_postgres cascade";
    await database.query(drop);
    whenTestEnds(async () => void (await database.query(drop)));
    return database;
  };

  it.skipIf(!url)(tries("publishes the same rows"), async () => {
    const database = await open();
    expect(await live(database)).toEqual({ problems: [], second: 0 });
    const { rows } = await database.query(
      "select count(*) from pg_class where relname like 'dataform_stage%' or relname like 'dataform_new%'",
    );
    expect(rows).toEqual([["0"]]);
    const target = { schema: "shop", name: "keyed" };
    const [found] = (await readSpreadTables(database, [target])).values();
    // The coordinator has an empty table of that name.
    expect(found?.bytes).toBeGreaterThan(100_000);
  });

  it.skipIf(!url).each([
    ["of a project without any setting of Citus", /(distributedBy: "app_id"|reference: true),? ?/g],
    ["of local tables that refer to a reference table", /distributedBy: "app_id",? ?/g],
  ])(tries("publishes the same rows %s"), async (_, settings) => {
    const database = await open();
    const local = Object.entries(files).map(([name, text]) => [
      name,
      text.replaceAll(settings, "").replace(/(shardCount: 4|colocateWith: "keyed"),? ?/, ""),
    ]);
    expect(await live(database, Object.fromEntries(local))).toEqual({ problems: [], second: 0 });
  });

  it.skipIf(!url)(
    tries("spreads local tables by a full refresh, with what they have"),
    async () => {
      const database = await open();
      const table = (type: string, settings: string, query: string) =>
        `config { type: "${type}", description: "Of ${type}.", postgres: { ${settings} } } ${query}`;
      const all = 'select id, app_id, v from ${ref("events")}';
      const project = (key: string, copies: string) => ({
        "events.sqlx": files["events.sqlx"],
        "apps.sqlx": table(
          "table",
          `${copies} primaryKey: ["app_id"]`,
          'select distinct app_id, true as known from ${ref("events")}',
        ),
        "made.sqlx": table(
          "table",
          `${key} primaryKey: ["app_id", "id"], checks: ["v >= 0"], indexes: [{ columns: ["v"] }]`,
          all,
        ),
        "added.sqlx": table(
          "incremental",
          `${key} foreignKeys: [{ columns: ["app_id"], references: "apps" }]`,
          all,
        ),
        "seen.sqlx": 'config { type: "view" } select id from ${ref("made")}',
      });
      const facts = async () =>
        (
          await database.query(`
          select (select count(*) from shop.made), (select sum(v) from shop.added), (select count(*) from shop.seen),
            (select string_agg(conname, ' ' order by conname) from pg_constraint where conrelid in ('shop.apps'::regclass, 'shop.made'::regclass, 'shop.added'::regclass)),
            (select string_agg(obj_description(c.oid), ' ' order by relname) from pg_class as c where relnamespace = 'shop'::regnamespace)`)
        ).rows[0];
      await database.query(start);
      const run = (given: Record<string, string>, fullRefresh: boolean) =>
        runProject({
          ...{ projectDir: temporaryProject(given).folder, database, runConfig: { fullRefresh } },
        });
      await run(project("", ""), false);
      const before = await facts();
      const { actions } = await run(project('distributedBy: "app_id",', "reference: true,"), true);
      expect(actions.flatMap(({ tasks }) => tasks.flatMap(({ error }) => error ?? []))).toEqual([]);
      expect(await facts()).toEqual(before);
      const spread =
        "select count(*) from pg_dist_partition where logicalrelid in ('shop.apps'::regclass, 'shop.made'::regclass, 'shop.added'::regclass)";
      expect((await database.query(spread)).rows).toEqual([["3"]]);
    },
  );

  it.skipIf(!url)(tries("finds in the plan what it refuses"), async () => {
    const database = await open();
    const found = await refusedInPlan(database, {
      "joined.sqlx":
        'config { type: "table" } select a.id, b.v from ${ref("spread")} a left join lateral (select v from ${ref("by_id")} b where b.app_id < a.app_id order by v limit 1) b on true',
      "sets.sqlx":
        'config { type: "incremental" } select app_id, id, count(*) as n from ${ref("spread")} group by grouping sets ((app_id), (id))',
      "checked.sqlx":
        'config { type: "assertion" } select app_id, id from ${ref("spread")} group by rollup (app_id, id)',
      "before.sqlx":
        'config { type: "table" } pre_operations { create temp table found as select a.id from ${ref("spread")} a join ${ref("by_id")} b on a.v = b.v; } select 1 as id',
      "made.sqlx":
        'config { type: "operations", hasOutput: true } create table ${self()} as select app_id, id from ${ref("spread")} group by rollup (app_id, id)',
      "put.sqlx": 'config { type: "operations" } insert into ${ref("spread")} (id) values (1)',
      "key.sqlx": `config { type: "table", ${spread("")} } select id, app_id from \${ref("events")} post_operations { create unique index on \${self()} (id) }`,
      "trigger.sqlx":
        'config { type: "operations" } create trigger t before insert on ${ref("spread")} for each row execute function suppress_redundant_updates_trigger()',
      "seen.sqlx":
        'config { type: "view" } select app_id, id from ${ref("spread")} group by rollup (app_id, id)',
      "works.sqlx":
        'config { type: "table" } with own as materialized (select app_id, id from ${ref("spread")}) select app_id, id, count(*) as n from own group by grouping sets ((app_id), (id))',
    });
    const sets = "could not run distributed query with GROUPING SETS, CUBE, or ROLLUP";
    expect(found).toEqual([
      nowhere,
      [
        "joined",
        "complex joins are only supported when all distributed tables are co-located and joined on their distribution columns",
        expect.stringContaining("the columns by which they are distributed"),
      ],
      ["sets", sets, expect.stringContaining("take their rows in a step")],
      ["before", expect.stringMatching(/complex joins|repartitioning/), expect.anything()],
      ["made", sets, expect.stringContaining("take their rows in a step")],
      ["put", "cannot perform an INSERT without a partition column value", expect.anything()],
      [
        "key",
        "creating unique indexes on non-partition columns is currently unsupported",
        undefined,
      ],
      ["trigger", "triggers are not supported on distributed tables", undefined],
      ["checked", sets, expect.stringContaining("take their rows in a step")],
      ["seen", expect.stringContaining(sets)],
    ]);
  });

  it.skipIf(!url)(tries("reads nothing before every node has committed"), async () => {
    const database = await open();
    const { folder: projectDir } = temporaryProject({
      "events.sqlx": files["events.sqlx"],
      "late.sqlx": `config { type: "incremental", ${spread("")} } select id, app_id from \${ref("events")} \${when(incremental(), \`where id > (select coalesce(max(id), 0) from \${self()})\`)}`,
    });
    await database.query(
      "create schema app; create table app.events (id bigint, app_id integer); select create_distributed_table('app.events', 'app_id')",
    );
    await database.query(events(1, 20));
    await runProject({ projectDir, database });
    await prepareOnNode(database, "insert into %s values (21, 2)", "citus_0_1_1_1");
    await database.query(events(22, 40));
    const { status } = await runProject({ projectDir, database });
    const { rows } = await database.query(
      "select count(*), count(distinct id) from shop.late union all select count(*), 0 from app.events",
    );
    expect([status, rows]).toEqual([
      "successful",
      [
        ["40", "40"],
        ["40", "0"],
      ],
    ]);
  });
});

/** What a plan says of queries that Citus refuses when it plans them, and of a column that is not there. */
async function refusedInPlan(database: Database, more: Record<string, string>) {
  const { folder: projectDir } = temporaryProject({
    "events.sqlx": files["events.sqlx"],
    "spread.sqlx": `config { type: "table", ${spread("")} } select id, app_id, v from \${ref("events")}`,
    "by_id.sqlx":
      'config { type: "table", postgres: { distributedBy: "id" } } select id, app_id, v from ${ref("events")}',
    "nowhere.sqlx":
      'config { type: "table", postgres: { distributedBy: "application" } } select id, app_id from ${ref("events")}',
    ...more,
  });
  await database.query(start);
  const { findings } = await validateProject({ projectDir, database });
  const { rows } = await database.query(
    "select count(*) from pg_dist_partition where logicalrelid::text like '%shop%' or logicalrelid::text like '%dataform_plan%'",
  );
  expect(rows).toEqual([["0"]]);
  return findings.actions
    .flatMap(({ target, status, error, notes = [] }) => {
      if (status !== "checked") return [[target.name, error?.message, error?.hint]];
      const refused = notes.filter((note) => note.startsWith("Citus refuses"));
      return refused.length > 0 ? [[target.name, ...refused]] : [];
    })
    .sort(([a = ""], [b = ""]) => order.indexOf(a) - order.indexOf(b));
}

/** Actions that need nothing of each other come in any order. */
const order = [
  "nowhere",
  "joined",
  "sets",
  "before",
  "made",
  "put",
  "key",
  "trigger",
  "checked",
  "seen",
];

const nowhere = [
  "nowhere",
  'postgres.distributedBy names the column "application", which the query of shop.nowhere does not give',
  "its columns are id, app_id",
];

const events = (from: number, to: number) =>
  `insert into app.events select i, 1 + i % 5 from generate_series(${from}, ${to}) i`;

/**
 * Does what a coordinator has done that dies between the two phases of a commit: a statement for the
 * shard of application 2 is prepared on its node, and the coordinator says that it is committed.
 */
async function prepareOnNode(database: Database, statement: string, name: string) {
  const shard = `
    from pg_dist_shard join pg_dist_placement using (shardid) join pg_dist_node using (groupid)
    where shardid = get_shard_id_for_distribution_column('app.events', 2)`;
  const prepare = `format('begin; ${statement}; prepare transaction ''${name}''', 'app.events_' || shardid)`;
  await database.query(`
    select sent.* from (select nodename, nodeport, ${prepare} as command ${shard}) as placement,
    lateral master_run_on_worker(array[nodename], array[nodeport], array[command], false) as sent`);
  await database.query(`insert into pg_dist_transaction select groupid, '${name}', '1' ${shard}`);
}
