import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { beforeAll, describe, expect, it } from "vitest";
import type { Panel, Target } from "../../../dashboards/dashboard.ts";
import { dashboards } from "../../../dashboards/panels/all.ts";
import { privateColumns, reader } from "../../../dashboards/reader.ts";
import { grafanaTarget, metabaseTarget } from "../../../dashboards/targets.ts";
import type { Database, QueryResult } from "../../../runner/database/database.ts";
import { openDatabase } from "../../../runner/database/open-database.ts";
import { type Choices, expandGrafana, expandMetabase } from "../../support/dashboard-macros.ts";
import { runProject } from "../../support/run-project.ts";
import { anyServer } from "../../support/test-database.ts";
import { until } from "../../support/watch-server.ts";
import { whenTestEnds } from "../../support/when-test-ends.ts";
import { hostileTexts } from "../report/hostile-tests.ts";
import { notSuccessful, openWarehouse, projectDir, type Warehouse } from "../warehouse.ts";

const { vars } = JSON.parse(readFileSync(join(projectDir, "dataform.json"), "utf8"));
const roleSql = readFileSync(join(projectDir, "deploy/dashboards-role.sql"), "utf8");
const hostileName = `O'Brien"; drop table x; -- \\ {{y}} ${hostileTexts.attribute}`;
const always = { from: "2000-01-01T00:00:00Z", until: "2100-01-01T00:00:00Z" };

const types = { timestamptz: 1184, texts: [25, 1043], numbers: [20, 23, 701] };

const panels = dashboards.flatMap((dashboard) =>
  dashboard.panels.map((panel) => ({ dashboard: dashboard.uid, ...panel })),
);

describe.each(anyServer())("dashboards on $name", (server) => {
  let warehouse: Warehouse;
  let url: string;
  let dashboard: Database;

  const run = (actions?: string[]) =>
    runProject({
      projectDir,
      database: warehouse.database,
      runConfig: actions === undefined ? {} : { actions, fullRefresh: true },
      history: {},
    });

  /** The rows of a panel as objects, read with the role of the dashboards. */
  async function rowsOf(panel: Panel, target: Target, choices: Choices) {
    const expand = target === metabase ? expandMetabase : expandGrafana;
    const sql = expand(panel.sql(target), choices);
    const { columns, rows } = await dashboard.query(sql).catch((error) => {
      throw new Error(`${panel.name}: ${error.message}\n${sql}`);
    });
    return {
      columns,
      rows: rows.map((row) =>
        Object.fromEntries(columns.map(({ name }, index) => [name, row[index] ?? null])),
      ),
    };
  }

  const grafana = grafanaTarget(vars);
  const metabase = metabaseTarget(vars);
  const panelNamed = (name: string) => {
    const found = panels.find((panel) => panel.name === name);
    if (found === undefined) throw new Error(`no panel ${name}`);
    return found;
  };
  let names: string[];
  const choose = (application: string[], days = "90", time = always): Choices => ({
    values: { application, window_days: [days], source: sources, project: ["project"] },
    ...time,
  });
  let sources: string[];

  beforeAll(async () => {
    warehouse = await openWarehouse(server);
    url = await warehouse
      .value("select current_database()")
      .then((name) =>
        server.url.replace(/^(\w+:\/\/)([^@/]*@)?([^/]*\/)[^?]*/, `$1${reader}@$3${name}`),
      );
    return async () => {
      await dashboard?.close();
      await warehouse.database.query(`drop owned by ${reader}; drop role ${reader}`);
      await warehouse.drop();
    };
  });

  it("shows nothing, and no error, in a warehouse that is built and empty", async () => {
    const script = startRoleScript(await warehouse.value("select current_database()"));
    await until(async () =>
      script.ended()
        ? [["ended"]]
        : await warehouse.rows(
            `select 1 from pg_authid where rolname = '${reader}' and rolpassword like 'SCRAM%'`,
          ),
    );
    dashboard = await openDatabase({ projectDir, env: { DATABASE_URL: url } });
    const mayRead = (relation: string) =>
      `has_any_column_privilege('${reader}', to_regclass('${relation}'), 'select')`;
    expect(await warehouse.value(`select ${mayRead("resiliency.window_metrics")}`)).toBeNull();
    expect(notSuccessful(await run())).toEqual([]);
    const both = `${mayRead("resiliency.window_metrics")} and ${mayRead("run_history.run_overview")}`;
    await until(async () =>
      script.ended() ? [["ended"]] : await warehouse.rows(`select where ${both}`),
    );
    expect(script.errors()).toBe("");
    await script.stop();
    await warehouse.database.query(roleSql);
    sources = [];
    for (const panel of panels) {
      for (const target of [grafana, metabase]) {
        const { rows } = await rowsOf(panel, target, choose([]));
        expect(rows.length, panel.name).toBeLessThan(200);
      }
    }
  });

  it("shows the numbers of the views for all applications, for one and for a hostile name", async () => {
    await warehouse.generate({ from: "2026-01-01", days: 9, testsPerDay: 40 });
    await insertSlowAndUnusableTests(warehouse);
    expect(notSuccessful(await run())).toEqual([]);
    await warehouse.database.query(
      "update resiliency.dim_applications set app_name = $1 where app_id = 2",
      [hostileName],
    );
    const listed = async (sql: string) =>
      (await dashboard.query(sql)).rows.map(([name]) => name ?? "");
    const variable = (name: string) => {
      const found = dashboards
        .flatMap(({ variables }) => variables)
        .find((each) => each.name === name);
      if (typeof found?.values !== "function") throw new Error(`no query for ${name}`);
      return found.values(grafana);
    };
    names = await listed(variable("application"));
    sources = await listed(variable("source"));
    expect(names).toContain(hostileName);
    expect(sources.length).toBeGreaterThan(1);
    expect(await listed(variable("project"))).toHaveLength(1);

    const kept = panelNamed("objectives-kept");
    for (const days of ["7", "30", "90"]) {
      for (const chosen of [names, ["Payment Service"], [hostileName]]) {
        const [expected] = await warehouse.rows(
          `select trunc(100.0 * sum(rto_met_tests) / sum(rto_met_tests + rto_breached_tests), 1),
            sum(rto_met_tests + rto_breached_tests)
          from resiliency.window_metrics
          where window_days = ${days} and app_name = any(array[${chosen.map((name) => `'${name.replaceAll("'", "''")}'`)}])`,
        );
        const { rows } = await rowsOf(kept, grafana, choose(chosen, days));
        expect([rows[0]?.kept_pct, rows[0]?.judged_tests]).toEqual(expected);
        expect(Number(expected?.[1])).toBeGreaterThan(0);
        const value = chosen === names ? [] : chosen;
        expect((await rowsOf(kept, metabase, choose(value, days))).rows).toEqual(rows);
      }
    }
  });

  it("runs every panel with every choice, without a value that no chart can draw", async () => {
    const project = (await warehouse.value("select min(project) from run_history.runs")) ?? "";
    const drawn = new Set<string>();
    for (const panel of panels) {
      for (const chosen of [names, ["Payment Service"], [hostileName]]) {
        const { values } = choose(chosen);
        const shown = { values: { ...values, project: [project] }, ...always };
        const { columns, rows } = await rowsOf(panel, grafana, shown);
        if (rows.length > 0) drawn.add(panel.name);
        expectDrawable(panel, columns, rows);
        const asked = { values: { application: chosen }, ...always };
        if (chosen !== names) expect((await rowsOf(panel, metabase, asked)).rows).toEqual(rows);
      }
    }
    const unseen = panels.map(({ name }) => name).filter((name) => !drawn.has(name));
    // no action of these two runs was slower than three before
    expect(unseen).toEqual(["slower-actions"]);
  });

  it.each([
    ["evidence", "rto_evidence_register"],
    ["failed-and-breached", "failed_and_breached_tests"],
    ["passed-but-breached", "passed_but_breached_tests"],
  ])("says in %s how long a test was watched that did not recover", async (name, view) => {
    const { rows } = await rowsOf(panelNamed(name), grafana, choose(names));
    const texts = rows.flatMap(({ recovery }) => recovery ?? []);
    for (const text of texts) expect(text).toMatch(/^(> )?\d+\.\d min$/);
    expect(texts).toContain("> 300.0 min");
    const watched = await warehouse.value(`
      select count(*) from resiliency.${view} inner join resiliency.reported_tests using (test_id)
      where not is_recovered`);
    expect(String(texts.filter((text) => text.startsWith("> ")).length)).toBe(watched);
  });

  it("shows nothing of another time where a panel is about the shown time", async () => {
    const empty = { from: "1999-01-01T00:00:00Z", until: "1999-01-02T00:00:00Z" };
    const ofTime = panels.filter((panel) => panel.sql(grafana).includes("$__timeFilter"));
    expect(ofTime.length).toBeGreaterThan(8);
    for (const panel of ofTime) {
      const { rows } = await rowsOf(panel, grafana, choose(names, "90", empty));
      expect(rows, panel.name).toEqual([]);
    }
  });

  it("is told by PostgreSQL when a variable is no number, and never runs it", async () => {
    const bad = choose(names, "90 or 1=1; drop table resiliency.dim_applications");
    await expect(rowsOf(panelNamed("objectives-kept"), grafana, bad)).rejects.toThrow(
      /invalid input syntax for type integer/,
    );
  });

  it("has a role that reads no payload or message, changes nothing and keeps its rights", async () => {
    const refused = [
      ...privateColumns.flatMap((column) => relationsWith(column)),
      "select * from resiliency.raw_resiliency_tests",
      "select * from resiliency.stg_resiliency_tests",
      "select * from run_history.actions",
      "select * from run_history.assertions",
      "select metric_lineage from resiliency.metric_lineage as metric_lineage limit 1",
    ];
    expect(refused.length).toBeGreaterThan(8);
    for (const sql of refused)
      await expect(dashboard.query(sql), sql).rejects.toThrow(/permission denied/);
    const changes = [
      "update resiliency.dim_applications set app_name = 'x'",
      "delete from resiliency.fact_resiliency_metrics",
      "truncate resiliency.fact_resiliency_metrics",
      "create table resiliency.mine (id int)",
      "create schema mine",
      `create role mine superuser`,
      `alter role ${reader} superuser`,
      "drop view resiliency.window_metrics",
    ];
    for (const sql of changes) {
      await expect(dashboard.query(sql), sql).rejects.toThrow(/read-only transaction|denied|owner/);
      const session = dashboard.session(async (its) => {
        await its.query("set session characteristics as transaction read write");
        await its.query(sql);
      });
      await expect(session, sql).rejects.toThrow(/permission denied|must be (owner|superuser)/);
    }
    expect(notSuccessful(await run(["+window_metrics", "+metric_lineage"]))).toEqual([]);
    for (const name of ["applications", "recovery-by-test"]) {
      expect(
        (await rowsOf(panelNamed(name), grafana, choose(["Payment Service"]))).rows.length,
      ).toBeGreaterThan(0);
    }
  });

  /**
   * Tests that passed and took five hours, one of them without a recovery, one that ended before it began,
   * and one that failed and recovered nobody knows when.
   */
  async function insertSlowAndUnusableTests({ database }: Warehouse) {
    await database.query(`
      insert into resiliency.raw_resiliency_tests
        (app_id, scenario_name, start_time, end_time, duration_ms, status, fault_at, recovered_at,
          is_recovered, recovery_basis, source_system)
      select app_id, 'CPU Spike', at, at + hours * interval '1 hour', hours * 3600000, 'passed', at,
        case when is_recovered then at + hours * interval '1 hour' end, is_recovered, 'measured',
        'it''s "mine"'
      from (
        select '2026-01-09 08:00Z'::timestamptz + later * interval '1 hour', app_id, hours, is_recovered
        from (values (0, 1, 5, true), (0, 2, 5, true), (0, 1, -1, true), (10, 1, 5, false))
          as tests (later, app_id, hours, is_recovered)
      ) as tests (at, app_id, hours, is_recovered)`);
    await database.query(`
      insert into resiliency.raw_resiliency_tests
        (app_id, scenario_name, start_time, end_time, status, fault_at, is_recovered)
      values (3, 'Memory Pressure', '2026-01-09 23:59:59Z', '2026-01-10 03:00Z', 'failed',
        '2026-01-09 23:59:59Z', true)`);
  }

  /**
   * Runs the script of the compose file until it is stopped; it looks for new files without a pause.
   */
  function startRoleScript(database: string | null) {
    const { host, port, user } = new Client(server.url);
    const place = mkdtempSync(join(tmpdir(), "dfpg-dashboards-"));
    const child = spawn(join(projectDir, "deploy/dashboards-role.sh"), {
      env: {
        PATH: process.env.PATH,
        PGHOST: host,
        PGPORT: String(port),
        PGUSER: user,
        PGDATABASE: database ?? "",
        DASHBOARDS_PASSWORD: `it's "secret" \\ $HOME`,
        READY_FILE: join(place, "ready"),
        EVERY_SECONDS: "0.1",
      },
      detached: true,
    });
    let errors = "";
    child.stderr.on("data", (data) => {
      errors += data;
    });
    const ending = once(child, "exit");
    const stop = async () => {
      const hasEnded = child.exitCode !== null || child.signalCode !== null;
      if (!hasEnded && child.pid !== undefined) process.kill(-child.pid);
      await ending;
      rmSync(place, { recursive: true, force: true });
    };
    whenTestEnds(stop);
    return {
      // what is not there yet is no error
      errors: () =>
        errors
          .split("\n")
          .filter((line) => !/NOTICE/.test(line))
          .join("\n"),
      ended: () => child.exitCode !== null,
      stop,
    };
  }

  function relationsWith(column: string) {
    const held = {
      raw_payload: ["resiliency.metric_lineage"],
      error_message: [
        "resiliency.findings",
        "resiliency.failed_and_breached_tests",
        "resiliency.reported_tests",
      ],
      metadata_json: ["resiliency.reported_tests"],
      error: ["run_history.run_overview", "run_history.failing_now"],
    } as Record<string, string[]>;
    return (held[column] ?? []).map((relation) => `select ${column} from ${relation}`);
  }

  /** Lines need a time and numbers, every other column a name for people, and no value is infinite. */
  function expectDrawable(panel: Panel, columns: QueryResult["columns"], rows: object[]) {
    const values = rows.flatMap((row) => Object.values(row));
    expect(
      values.filter((value) => /^-?(infinity|nan)$/i.test(value)),
      panel.name,
    ).toEqual([]);
    if (panel.as === "numbers" || panel.as === "table") {
      const unnamed = columns.filter(({ name }) => panel.columns?.[name]?.label === undefined);
      expect(unnamed, panel.name).toEqual([]);
      return;
    }
    const [time, ...others] = columns;
    expect(time, panel.name).toMatchObject({ name: "time", typeOid: types.timestamptz });
    for (const { name, typeOid } of others) {
      expect(name === "metric" ? types.texts : types.numbers, `${panel.name} ${name}`).toContain(
        typeOid,
      );
    }
  }
});
