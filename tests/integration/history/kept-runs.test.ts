import { describe, expect, it, onTestFinished, vi } from "vitest";
import { migrations } from "../../../runner/history/migrations/all.ts";
import type { RunEvent } from "../../../runner/results/run-event.ts";
import type { RunProjectOptions } from "../../../runner/run-project.ts";
import { targetKey } from "../../../runner/target.ts";
import { openUrl } from "../../support/opened-database.ts";
import { runInDatabase } from "../../support/run-in-database.ts";
import { runProject } from "../../support/run-project.ts";
import { temporaryProject } from "../../support/temporary-project.ts";
import { servers, serversByVersion, type TestServer } from "../../support/test-database.ts";

const files = {
  "orders.sqlx": `config { type: "table", tags: ["daily"], assertions: { nonNull: ["id"], uniqueKey: ["id"] } }
    select 1 as id union all select 2`,
  "loose.sqlx": `config { type: "table", assertions: { rowConditions: ["id > 1"] },
      postgres: { assertions: { severity: "warn" } } }
    select id, repeat('x', 600) as text from \${ref("orders")}`,
  "broken.sqlx": `config { type: "table" }\nselect 1 / 0 as id`,
  "late.sqlx": `config { type: "view" }\nselect id from \${ref("broken")}`,
};

const history = { command: "dataform run", version: "1.2.3" };

async function emptyHistory(server: TestServer) {
  const { database, rows, url } = await runInDatabase(server);
  const project = temporaryProject(files);
  const notices: string[] = [];
  const usual: ReadonlyMap<string, number>[] = [];
  const listener = (event: RunEvent) => {
    if (event.type === "usualDurations") usual.push(event.seconds);
    if (event.type === "notice") notices.push(event.message);
  };
  const run = (runId: string, more: Partial<RunProjectOptions> = {}) =>
    runProject({
      ...{ projectDir: project.folder, database, runId, history, listener },
      ...more,
    });
  return { database, rows, url, project, notices, usual, run };
}

describe.each(serversByVersion())("the history of runs on $name", (server) => {
  it("puts runs in order by the clock of the database, and keeps them when a machine's clock is wrong", async () => {
    const { rows, notices, run } = await emptyHistory(server);
    onTestFinished(() => void vi.useRealTimers());
    for (const [runId, days] of [
      ["first", 0],
      ["ahead", 2000],
      ["behind", -2000],
      ["last", 0],
    ] as const) {
      vi.useFakeTimers({ now: Date.now() + days * 86_400_000, toFake: ["Date"] });
      await run(runId);
      vi.useRealTimers();
    }
    expect(
      await rows(`select run_id, abs(extract(epoch from now() - ended_at)) < 3600 and ended_at >= started_at
        from run_history.runs order by started_at`),
    ).toEqual([
      ["first", "t"],
      ["ahead", "t"],
      ["behind", "t"],
      ["last", "t"],
    ]);
    expect(
      await rows(`select distinct a.run_id from run_history.actions as a join run_history.runs as r using (run_id)
        where a.started_at not between r.started_at - interval '1 minute' and r.ended_at + interval '1 minute'
          or a.ended_at < a.started_at`),
    ).toEqual([]);
    expect(await rows("select distinct run_id from run_history.failing_now")).toEqual([["last"]]);
    expect(notices).toEqual([
      expect.stringMatching(
        /^the clock of this machine is 28[78]\d{4} min ahead of the database's/,
      ),
      expect.stringMatching(/^the clock of this machine is 28[78]\d{4} min behind the database's/),
    ]);
  });

  it("holds runs, actions and assertions as they ended", async () => {
    const { rows, notices, usual, run, project } = await emptyHistory(server);
    await run("first");
    project.write("broken.sqlx", `config { type: "table" }\nselect 1 as id`);
    await run("second", {
      runConfig: { actions: ["loose", "broken"] },
      history: { ...history, tellsUsual: true },
    });
    expect(notices).toEqual([]);
    // A failed run does not count for the usual duration.
    const told = usual.flatMap((each) => [...each]);
    expect(told).toEqual([
      [targetKey({ schema: "shop", name: "loose" }), expect.any(Number)],
      [expect.stringContaining("rowConditions"), expect.any(Number)],
    ]);
    for (const [, seconds] of told) expect(seconds).toBeGreaterThan(0);
    expect(
      await rows(`select run_id, status, exit_code, command, versions ->> 'dataform-postgres',
        planned_actions, ended_at >= started_at, selection ->> 'actions'
        from run_history.runs order by started_at`),
    ).toEqual([
      ["first", "failed", "1", "dataform run", "1.2.3", "7", "t", null],
      ["second", "successful", "0", "dataform run", "1.2.3", "3", "t", '["loose", "broken"]'],
    ]);
    expect(
      await rows(`select action_name, type, status, reason, tags, rows, error, sqlstate, queue_seconds >= 0
        from run_history.actions where run_id = 'first' and type <> 'assertion' order by action_name`),
    ).toEqual([
      ["broken", "table", "failed", null, "{}", null, "division by zero", "22012", "t"],
      ["late", "view", "skipped", "shop.broken failed", "{}", null, null, null, null],
      ["loose", "table", "successful", null, "{}", "2", null, null, "t"],
      ["orders", "table", "successful", null, "{daily}", "2", null, null, "t"],
    ]);
    expect(
      await rows(`select run_id, checked_name, verdict, failing_rows, percent::float, jsonb_array_length(sample),
          length(sample -> 0 ->> 'text'), first_failed_at = min(checked_at) over (partition by assertion_name)
        from run_history.assertions order by checked_name, assertion_name, run_id`),
    ).toEqual([
      ["first", "loose", "warning", "1", "50", "1", "501", "t"],
      ["second", "loose", "warning", "1", "50", "1", "501", "t"],
      ["first", "orders", "passed", "0", "0", "0", null, null],
      ["first", "orders", "passed", "0", "0", "0", null, null],
    ]);
    expect(
      await rows(
        "select run_id, status, successful, failed, skipped, warnings from run_history.run_overview order by started_at",
      ),
    ).toEqual([
      ["first", "failed", "5", "1", "1", "1"],
      ["second", "successful", "3", "0", "0", "1"],
    ]);
    expect(await rows("select action_name, verdict from run_history.failing_now")).toEqual([
      ["shop_loose_assertions_rowConditions", "warning"],
    ]);
    expect(
      await rows(`select action_name, compared_runs, usual_seconds is not null
        from run_history.action_durations where run_id = 'second' and type = 'table' order by 1`),
    ).toEqual([
      ["broken", "0", "f"],
      ["loose", "1", "t"],
    ]);
  });
});

const [server] = servers();
if (!server) throw new Error("no test server");

describe("a history", () => {
  it("describes every relation and column", async () => {
    const { rows, run } = await emptyHistory(server);
    await run("one", { runConfig: { actions: ["orders"] } });
    expect(
      await rows(`select c.relname, a.attname
        from pg_class as c
        left join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        where c.relnamespace = 'run_history'::regnamespace and c.relkind in ('r', 'v')
          and (obj_description(c.oid) is null
            or c.relname <> 'migrations' and col_description(c.oid, a.attnum) is null)`),
    ).toEqual([]);
  });

  it("is made once by runs that begin at the same time, and from any earlier version", async () => {
    const { rows, run, url, notices, database } = await emptyHistory(server);
    const other = await openUrl(url);
    const one = { runConfig: { actions: ["orders"] } };
    const elsewhere = { overrides: { schemaSuffix: "b" }, database: other };
    await Promise.all([run("one", one), run("two", { ...one, ...elsewhere })]);
    expect(await rows("select run_id, status from run_history.runs order by 1")).toEqual([
      ["one", "successful"],
      ["two", "successful"],
    ]);
    for (let version = 1; version < migrations.length; version++) {
      await database.query(`
        drop schema run_history cascade;
        create schema run_history;
        create table run_history.migrations (number integer primary key, applied_at timestamptz);
        insert into run_history.migrations (number) select generate_series(1, ${version})`);
      for (const sql of migrations.slice(0, version)) await database.query(sql);
      await run(`from version ${version}`, one);
      expect(await rows("select status from run_history.run_overview")).toEqual([["successful"]]);
    }
    await database.query("insert into run_history.migrations (number) values (99)");
    await run("four", one);
    expect(notices).toEqual([
      "no run history is kept: a newer version of this program has made the schema run_history",
    ]);
  });

  it("shows a run that was killed as interrupted, and leaves one that is at work", async () => {
    const { rows, run, url, database } = await emptyHistory(server);
    const one = { runConfig: { actions: ["orders"] } };
    await run("first", one);
    await database.query("update run_history.runs set status = 'running', ended_at = null");
    const other = await openUrl(url, { applicationName: "dataform at-work 1@here" });
    await other.session(async (session) => {
      await session.query(`insert into run_history.runs
        select 'at-work', project, started_at, null, 'running', null, null, command, selection,
          planned_actions, versions, git_commit, git_branch, host, user_name, role_name, null
        from run_history.runs`);
      const overview = "select run_id, status from run_history.run_overview order by 1";
      expect(await rows(overview)).toEqual([
        ["at-work", "running"],
        ["first", "interrupted"],
      ]);
      await run("third", one);
      expect(
        await rows("select run_id, status, ended_at is null from run_history.runs order by 1"),
      ).toEqual([
        ["at-work", "running", "t"],
        ["first", "interrupted", "f"],
        ["third", "successful", "f"],
      ]);
    });
  });

  it("forgets runs that are older than it is to keep", async () => {
    const { rows, run, project, database } = await emptyHistory(server);
    const settings = { warehouse: "postgres", defaultDatabase: "shop", defaultSchema: "shop" };
    const keep = (text: unknown) =>
      project.write(
        "dataform.json",
        JSON.stringify({ ...settings, postgres: { history: { keep: text } } }, null, 2),
      );
    const one = { runConfig: { actions: ["orders"] } };
    await run("old", one);
    await database.query("update run_history.runs set started_at = started_at - interval '2 days'");
    keep("3 days");
    await run("new", one);
    expect(await rows("select run_id from run_history.runs order by 1")).toEqual([
      ["new"],
      ["old"],
    ]);
    keep("1 day");
    await run("newest", one);
    expect(await rows("select distinct run_id from run_history.actions order by 1")).toEqual([
      ["new"],
      ["newest"],
    ]);
    keep(30);
    await expect(run("wrong", one)).rejects.toThrow(
      /dataform\.json:7: postgres\.history\.keep: 30 has no unit: write 30s/,
    );
  });

  it("never keeps a run from its end, and tells once what could not be written", async () => {
    const { run, notices, database, rows } = await emptyHistory(server);
    await run("first");
    await database.query(`
      create function public.refuse() returns trigger language plpgsql as $$ begin raise 'disk full'; end $$;
      create trigger refuse before insert on run_history.actions execute function public.refuse()`);
    const result = await run("second");
    expect(result.actions.map(({ status }) => status).sort()).toEqual(
      (await rows("select status from run_history.actions order by 1")).flat(),
    );
    expect(notices).toEqual([
      "the run history cannot be written; it is tried again at the end: disk full",
    ]);
  });

  it("is not written into a schema of somebody else, nor beside actions of the project in it", async () => {
    const { run, notices, database, rows } = await emptyHistory(server);
    const [[role = ""] = []] = await rows("select 'stranger_' || current_database()");
    await database.query(`create role ${role}; create schema run_history authorization ${role}`);
    try {
      await run("one");
      expect(notices).toEqual([
        `no run history is kept: the schema run_history belongs to ${role}, whose triggers would run with the rights of this role`,
      ]);
    } finally {
      await database.query(`drop schema run_history; drop role ${role}`);
    }
    await run("two", { overrides: { defaultSchema: "run_history" } });
    expect(notices[1]).toBe(
      "no run history is kept: the project has actions in the schema run_history",
    );
  });

  it("costs one statement for each batch of actions at most, and none where it is not asked for", async () => {
    const { run, database, rows } = await emptyHistory(server);
    await run("first", { history: undefined });
    expect(await rows("select to_regnamespace('run_history')")).toEqual([[null]]);
    await run("second");
    const sent: string[] = [];
    const counted: RunProjectOptions["database"] = {
      ...database,
      session: (use, signal) =>
        database.session((session) => {
          const query: typeof session.query = (text, values) => {
            sent.push(text);
            return session.own.query(text, values);
          };
          return use({ ...session, own: { ...session.own, query } });
        }, signal),
    };
    await run("third", { database: counted });
    const written = sent.filter((text) => text.includes("run_history"));
    const batches = written.filter((text) => text.includes("insert into run_history.actions"));
    expect(batches.length).toBeLessThanOrEqual(7);
    // Owners, version twice, interrupted, begin, retention, end.
    expect(written.length - batches.length).toBe(7);
  });
});
