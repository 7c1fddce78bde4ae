import { Client } from "pg";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Database } from "../../../runner/database/database.ts";
import type { RunResult } from "../../../runner/results/run-result.ts";
import { startFaultProxy } from "../../support/fault-proxy.ts";
import { openUrl } from "../../support/opened-database.ts";
import { resultOf, runInDatabase } from "../../support/run-in-database.ts";
import { runProject, validateProject } from "../../support/run-project.ts";
import { type TemporaryProject, temporaryProject } from "../../support/temporary-project.ts";
import { anyServer, createDatabase, serversByVersion } from "../../support/test-database.ts";
import { ofLastRun } from "../../support/watch-server.ts";
import { whenTestEnds } from "../../support/when-test-ends.ts";

const changed = { changed: true };
const table = (query: string) => `config { type: "table" }\n${query}`;
const unchangedIn = ({ actions }: RunResult) =>
  actions.filter(({ unchangedSince }) => unchangedSince).map(({ target }) => target.name);

/** Queries by the reason for which they run every time; `null` for those that are skipped. */
const queries: Record<string, [query: string, reason: string | null]> = {
  plain: ["select id, upper(word) as word from raw.words order by 1", null],
  texts: [
    "select to_char(at, 'YYYY') as y, at::date as d, at::text as t, id || '' as i from raw.words",
    null,
  ],
  grouped: [
    `with w as (select word, count(*) over (partition by word order by id) as n from raw.words)
      select word, max(n) as n, array_agg(n) as a, jsonb_agg(n) as j, coalesce(min(n), 0) as c,
        case when max(n) > 1 then 'x' else nullif(word, 'y') end as k
      from w where word in ('a', 'b') or exists (select from raw.words where id = 1)
      group by grouping sets ((word), ()) union select 'z', 1, array[1], '[]', 1, 'k'`,
    null,
  ],
  ages: ["select at - now() as age from raw.words", "may name the current time"],
  clock: ["select clock_timestamp() as c", "it calls clock_timestamp, which is volatile"],
  dated: ["select current_date as d", "it uses sqlvaluefunction"],
  who: ["select current_user as u", "it uses sqlvaluefunction"],
  setting: ["select current_setting('work_mem') as s", "it calls current_setting, which is stable"],
  literal: ["select 'today'::date as d", "may name the current time"],
  escaped: ["select U&'\\006eow'::date as d", "may name the current time"],
  cast: [
    "select word::date as d from raw.dates",
    "it casts text to date, and such a text may mean now",
  ],
  sample: ["select * from raw.words tablesample system (50)", "it uses tablesampleclause"],
  operator: [
    "select id from raw.words where id ### 1",
    "it calls raw.dice(integer,integer), which is volatile",
  ],
  viewed: ["select * from raw.late", "it calls statement_timestamp, which is stable"],
  promised: ["select raw.twice(id) as t from raw.words", null],
  unpromised: [
    "select raw.steady(id) as t from raw.words",
    "it calls raw.steady(integer), which is stable",
  ],
  summed: [
    "select raw.total(id) as t from raw.words",
    "it calls raw.total(integer), which is an aggregate of users",
  ],
  sequenced: ["select last_value from raw.numbers", "it reads raw.numbers, which is a sequence"],
  catalogue: ["select relname from pg_class", "it reads pg_class, which belongs to the catalogue"],
  guarded: ["select * from raw.guarded", "it reads raw.guarded, which has row level security"],
  own: ["select run_id from run_history.runs", "which is written by every run or by PostgreSQL"],
  regclass: ["select 'raw.words'::regclass as r", "it uses the type regclass"],
};

const objects = `
  create schema raw;
  create table raw.words as select 1 as id, 'a' as word, '2026-01-01'::timestamptz as at;
  create table raw.dates as select '2026-01-01' as word;
  create table raw.guarded as select 1 as id; alter table raw.guarded enable row level security;
  create view raw.late as select statement_timestamp() as at;
  create sequence raw.numbers;
  create function raw.dice(int, int) returns boolean language sql as 'select random() < 0.5';
  create operator public.### (function = raw.dice, leftarg = int, rightarg = int);
  create function raw.twice(int) returns int immutable language sql as 'select $1 * 2';
  create function raw.steady(int) returns int stable language sql as 'select $1';
  create aggregate raw.total(int) (sfunc = int4pl, stype = int);
  create schema run_history; create table run_history.runs (run_id text)`;

describe.each(serversByVersion())("what may be skipped, on $name,", (server) => {
  it("is told of each query, with the reason", async () => {
    const { database, run } = await runInDatabase(server);
    await database.query(objects);
    const project = temporaryProject({
      ...Object.fromEntries(
        Object.entries(queries).map(([name, [query]]) => [`${name}.sqlx`, table(query)]),
      ),
      "done.sqlx": `config { type: "operations" }\nselect 1`,
      "hooked.sqlx": `${table("select 1 as a")}\npre_operations { select 2 }`,
      "made.sqlx": `config { type: "assertion" }\nselect * from raw.words where id > 5`,
      "warned.sqlx": `config { type: "assertion" }\nselect * from raw.words where id > 5 or \${when(true, "id < 0")}`,
    });
    expect((await run(project, changed)).status).toBe("successful");
    const { graph } = await validateProject({
      ...{ projectDir: project.folder, database, runConfig: changed },
    });
    const reasons = Object.fromEntries(
      graph.actions.map(({ target, change }) => [
        target.name,
        change?.runs === true ? change.reason : null,
      ]),
    );
    for (const [name, [, reason]] of Object.entries(queries)) {
      if (reason === null) expect(reasons[name], name).toBeNull();
      else expect(reasons[name], name).toContain(reason);
    }
    expect(reasons).toMatchObject({
      done: "operations run in every run",
      hooked: "its pre- and post-operations run in every run",
      ...{ made: null, warned: null },
    });
  });
});

describe.each(anyServer())("a run of what changed, on $name,", (server) => {
  const files = {
    "words.sqlx": `config { type: "declaration", schema: "raw" }`,
    "a.sqlx": `config { type: "table", assertions: { uniqueKey: ["id"] },
      postgres: { primaryKey: ["id"], indexes: [{ columns: ["word"] }] } }
      select id, word from \${ref("words")}`,
    "b.sqlx": table(`select count(*) as n from \${ref("a")}`),
    "failing.sqlx": `config { type: "assertion" }\nselect a.* from \${ref("a")} as a, \${ref("b")} where a.word = 'bad'`,
  };
  const open = async () => {
    const opened = await runInDatabase(server);
    await opened.database.query(
      "create schema raw; create table raw.words (id int, word text); insert into raw.words values (1, 'a')",
    );
    return opened;
  };
  const planned = async (
    project: TemporaryProject,
    database: Parameters<typeof runProject>[0]["database"],
    more = {},
  ) => {
    const { findings } = await validateProject({
      ...{ projectDir: project.folder, database, runConfig: { ...changed, ...more } },
    });
    return Object.fromEntries(
      findings.actions.map(({ target, notes = [] }) => [target.name, notes[0]]),
    );
  };

  it("runs what stands behind other rows, and not behind the same", async () => {
    const { database, run } = await open();
    const project = temporaryProject(files);
    await run(project, changed);
    expect(unchangedIn(await run(project, changed))).toHaveLength(4);
    // other files of the source, the same rows: b reads a table that is computed and stays as it is
    await database.query(
      "create table kept as table raw.words; truncate raw.words; insert into raw.words table kept",
    );
    expect(await planned(project, database)).toMatchObject({
      a: "runs: raw.words has other rows",
      b: expect.stringMatching(/^unchanged since 20.*Z; runs if shop.a makes other rows$/),
    });
    const same = await run(project, changed);
    expect(unchangedIn(same)).not.toContain("a");
    expect(unchangedIn(same)).toContain("b");
    await database.query("update raw.words set word = 'bad'");
    expect((await run(project, changed)).status).toBe("failed");
    const again = await run(project, changed);
    expect(resultOf(again, "failing")?.status).toBe("failed");
    expect(unchangedIn(again)).toEqual(expect.arrayContaining(["a", "b"]));
    expect(resultOf(again, "a")).toMatchObject({
      ...{ status: "successful", reused: true, tasks: [] },
      reason: expect.stringMatching(/^unchanged since 20/),
    });
    const { rows } = await database
      .query(
        `select reused, reason from run_history.actions where action_name = 'a' order by started_at desc limit 1`,
      )
      .catch(() => ({ rows: [] }));
    expect(rows.every(([reused]) => reused === "t")).toBe(true);
  });

  it("sees what others do to its tables, and full refreshes", async () => {
    const { database, run } = await open();
    const project = temporaryProject({
      ...files,
      "i.sqlx": `config { type: "incremental" }\nselect id from \${ref("a")} \${when(incremental(), "where id > (select max(id) from " + self() + ")")}`,
    });
    for (const _ of ["first", "incremental"]) await run(project, changed);
    const left = await planned(project, database);
    expect(Object.values(left).every((note) => note?.startsWith("unchanged since"))).toBe(true);
    for (const statement of [
      "update shop.a set word = 'by hand'",
      "do $$ begin execute (select 'drop index ' || indexrelid::regclass from pg_index where indrelid = 'shop.a'::regclass and not indisunique limit 1); end $$",
      "comment on table shop.a is 'by hand'",
      "truncate shop.a",
    ]) {
      await database.query(statement);
      expect((await planned(project, database)).a, statement).toBe(
        "runs: it is not as the last run left it",
      );
      await run(project, changed);
      await run(project, changed);
      expect((await planned(project, database)).a, statement).toMatch(/^unchanged/);
    }
    expect(await planned(project, database, { fullRefresh: true })).toMatchObject({
      i: "runs: --full-refresh",
    });
    const search = "alter text search configuration english alter mapping for asciiword with";
    await database.query(`${search} simple`);
    expect((await planned(project, database)).b).toBe(
      "runs: functions, types or operators of the database changed",
    );
    await database.query(`${search} english_stem`);
    await database.query("select pg_stat_reset()");
    expect((await planned(project, database)).b).toContain("PostgreSQL counts anew");
  });

  it("believes no counts while another session may hold some back", async () => {
    const { database, url, run } = await open();
    const project = temporaryProject({
      ...files,
      "v.sqlx": `config { type: "view" }\nselect 1 as a`,
    });
    await run(project, changed);
    const other = new Client(url);
    await other.connect();
    onTestFinished(() => other.end());
    await other.query("begin; insert into raw.words values (2, 'late')");
    expect((await planned(project, database)).b).toMatch(
      /^runs: rows may not be counted yet: process \d+, which has an open transaction$/,
    );
    await other.query("commit");
    const result = await run(project, changed);
    expect(unchangedIn(result)).toEqual(["v"]);
    expect(await database.query("table shop.b")).toMatchObject({ rows: [["2"]] });
  });

  it("runs everything where it may keep no proof, and says so", async () => {
    const { url, database } = await open();
    const role = `changed_${new URL(url.replace("@/", "@x/")).pathname.slice(6, 16)}`;
    await database.query(`create role ${role} login; create schema shop authorization ${role};
      create schema shop_assertions authorization ${role};
      grant usage on schema raw to ${role}; grant select on raw.words to ${role}`);
    whenTestEnds(async () => {
      await database.query(`drop owned by ${role} cascade; drop role ${role}`);
    });
    const limited = await openUrl(url.replace("postgres@", `${role}@`));
    const project = temporaryProject({ "t.sqlx": table("select * from raw.words") });
    const notices: string[] = [];
    const run = () =>
      runProject({
        ...{ projectDir: project.folder, database: limited, runConfig: changed },
        listener: (event) => void (event.type === "notice" && notices.push(event.message)),
      });
    for (const _ of ["first", "second"]) expect(unchangedIn(await run())).toEqual([]);
    expect(notices).toContainEqual(
      expect.stringMatching(/^everything runs: proofs cannot be kept here: permission denied/),
    );
  });
});

it.each(anyServer())(
  "looks at any number of actions in as many statements, on $name",
  async (server) => {
    const { url, drop } = await createDatabase(server);
    whenTestEnds(drop);
    const sent: string[] = [];
    const proxy = await startFaultProxy(url, ({ type, text, forward }) => {
      if (type === "Q" || type === "P") sent.push(text.slice(5));
      forward();
    });
    whenTestEnds(async () => proxy.close());
    const database = await openUrl(proxy.url);
    const countOf = async (count: number) => {
      const { folder: projectDir } = temporaryProject(
        Object.fromEntries(
          Array.from({ length: count }, (_, index) => [
            `table_${index}.sqlx`,
            'config { type: "table", assertions: { nonNull: ["id"] } } select 1 as id',
          ]),
        ),
      );
      const run = () => runProject({ projectDir, database, runConfig: changed });
      await run();
      sent.length = 0;
      expect(unchangedIn(await run())).toHaveLength(2 * count);
      expect(sent.filter((text) => /"shop/.test(text))).toEqual([]);
      return ofLastRun(sent).length;
    };
    const [few, many] = [await countOf(1), await countOf(12)];
    expect(many).toBe(few);
  },
);

it.each(anyServer())(
  "does not take a connection that it is opening for somebody at work, on $name",
  async (server) => {
    const { url, drop } = await createDatabase(server);
    whenTestEnds(drop);
    const { folder: projectDir } = temporaryProject({ "t.sqlx": table("select 1 as id") });
    const run = (database: Database) => runProject({ projectDir, database, runConfig: changed });
    const first = await openUrl(url);
    await run(first);
    await first.close();
    const known = new Set<number>();
    let held: number | undefined;
    let goOn: (() => void) | undefined;
    const proxy = await startFaultProxy(url, async (message) => {
      const { processId, type, text, forward, forwardAndHush } = message;
      if (goOn === undefined && text.includes("pg_control_system")) {
        // It takes so long that the runner opens a connection to ask whether it waits for a lock.
        held = processId;
        await new Promise<void>((resolve) => {
          goOn = resolve;
        });
      } else if (goOn !== undefined && processId !== undefined && !known.has(processId)) {
        // The server has done its first statement, and the runner does not know yet.
        await forwardAndHush();
        return goOn();
      } else if (type === "B" && processId !== held) {
        // A busy machine had that connection opened before.
        goOn?.();
      }
      if (processId !== undefined) known.add(processId);
      forward();
    });
    whenTestEnds(async () => proxy.close());
    const result = await run(await openUrl(proxy.url));
    // The runner would wait two seconds for the answer that it does not get.
    proxy.close();
    expect(unchangedIn(result)).toEqual(["t"]);
  },
);
