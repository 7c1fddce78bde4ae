import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { resultsOfDay } from "../../generator/test-results.ts";
import { anyServer, type TestDatabase } from "../support/test-database.ts";
import { durationSample, expectedMetrics, type Sample } from "./expected-metrics.ts";
import {
  actionOf,
  filledWarehouse,
  goldQuery,
  notSuccessful,
  openWarehouse,
  type Warehouse,
} from "./warehouse.ts";

/** The tables from bronze to gold without their checks. */
const layers = { tags: ["bronze", "silver", "gold"], assertions: false };
const late = { appId: 1, startTime: "2026-01-02T12:00:00Z", durationMs: 7_000 };

function sample(appId: number, start: string, durationMs: number, status: Sample["status"]) {
  const startTime = Date.parse(start);
  const result = { appId, startTime, endTime: startTime + durationMs, durationMs, status };
  return durationSample(result, { isSynthetic: false });
}

describe.each(anyServer())("an increment on $name", (server) => {
  let warehouse: Warehouse;
  let history: Sample[];

  let filled: TestDatabase;

  beforeAll(async () => {
    history = ["2026-01-01", "2026-01-02", "2026-01-03"].flatMap((day) =>
      [...resultsOfDay(day, 40, 42)].map((result) => durationSample(result)),
    );
    filled = await filledWarehouse(server, async (first) => {
      await first.generate({ from: "2026-01-01", days: 3, testsPerDay: 40 });
      expect(notSuccessful(await first.run())).toEqual([]);
    });
    return () => filled.drop();
  });

  beforeEach(async () => {
    warehouse = await openWarehouse(server, filled);
    return () => warehouse.drop();
  });

  const rowVersions = (table: string) =>
    warehouse.rows(`select xmin, ctid, * from resiliency.${table} order by 3`);

  it("changes nothing when nothing is new", async () => {
    const before = await Promise.all([
      rowVersions("stg_resiliency_tests"),
      rowVersions("fact_resiliency_metrics"),
      rowVersions("dim_applications"),
      rowVersions("dim_test_scenarios"),
    ]);
    expect(notSuccessful(await warehouse.run())).toEqual([]);
    const after = await Promise.all([
      rowVersions("stg_resiliency_tests"),
      rowVersions("fact_resiliency_metrics"),
      rowVersions("dim_applications"),
      rowVersions("dim_test_scenarios"),
    ]);
    expect(after).toEqual(before);
  });

  it("puts a late result into its own day and leaves the other rows untouched", async () => {
    const others =
      "select xmin, * from resiliency.fact_resiliency_metrics where metric_id != 1020455 order by metric_id";
    const before = await warehouse.rows(others);
    await warehouse.insert({ ...late, status: "failed" });
    await warehouse.run(layers);
    const added = sample(1, late.startTime, late.durationMs, "failed");
    expect(await warehouse.objects(goldQuery)).toEqual(expectedMetrics([...history, added]));
    expect(await warehouse.rows(others)).toEqual(before);
  });

  it("counts results of one day that arrive in several runs together", async () => {
    const added: Sample[] = [];
    for (const [index, status] of (["passed", "failed", "passed"] as const).entries()) {
      const startTime = `2026-01-04T0${index}:00:00Z`;
      await warehouse.insert({ appId: 2, startTime, durationMs: 2_000 + index, status });
      await warehouse.run(layers);
      added.push(sample(2, startTime, 2_000 + index, status));
    }
    expect(await warehouse.objects(goldQuery)).toEqual(expectedMetrics([...history, ...added]));
  });

  it("gives the same gold after silver was rebuilt", async () => {
    const gold = await warehouse.objects(goldQuery);
    await warehouse.run({ actions: ["stg_resiliency_tests"], fullRefresh: true });
    expect(notSuccessful(await warehouse.run())).toEqual([]);
    expect(await warehouse.objects(goldQuery)).toEqual(gold);
  });

  it("builds a day again that gold has lost, and removes one that silver has lost", async () => {
    const gold = await warehouse.objects(goldQuery);
    await warehouse.database.query(
      "delete from resiliency.fact_resiliency_metrics where metric_id = 1020455",
    );
    await warehouse.insert({ ...late, startTime: "2026-01-09T12:00:00Z" });
    await warehouse.run(layers);
    const raw = await warehouse.value(
      "select max(raw_test_id) from resiliency.stg_resiliency_tests",
    );
    await warehouse.database.query(
      `delete from resiliency.stg_resiliency_tests where raw_test_id = ${raw}`,
    );
    const actions = ["fact_resiliency_metrics", "fact_scenario_metrics"];
    expect(notSuccessful(await warehouse.run({ actions, assertions: false }))).toEqual([]);
    expect(await warehouse.objects(goldQuery)).toEqual(gold);
    expect(
      await warehouse.value(
        "select count(*) from resiliency.fact_scenario_metrics where metric_date = '2026-01-09'",
      ),
    ).toBe("0");
  });

  it("counts synthetic tests or not as the project says, without a full refresh", async () => {
    await warehouse.insert({ ...late, status: "failed" });
    await warehouse.run(layers, { includeSynthetic: "false" });
    const real = sample(1, late.startTime, late.durationMs, "failed");
    expect(await warehouse.objects(goldQuery)).toEqual(
      expectedMetrics([real]).map((row) => ({ ...row, includes_synthetic: "f" })),
    );
    await warehouse.run(layers);
    expect(await warehouse.objects(goldQuery)).toEqual(expectedMetrics([...history, real]));
  });

  it("keeps keys, checks and indexes of silver and gold through a full refresh, each once", async () => {
    const parts = `
      select conrelid::regclass::text, conname, pg_get_constraintdef(oid) from pg_constraint
      where connamespace = 'resiliency'::regnamespace
      union all
      select tablename, indexname, indexdef from pg_indexes where schemaname = 'resiliency'
      order by 1, 2, 3`;
    const before = await warehouse.rows(parts);
    expect(notSuccessful(await warehouse.run({ fullRefresh: true }))).toEqual([]);
    expect(await warehouse.rows(parts)).toEqual(before);
    expect(before.map(([, name]) => name)).toEqual(
      expect.arrayContaining([
        "stg_resiliency_tests_raw_test_id_key",
        "stg_resiliency_tests_app_id_fkey",
        "stg_resiliency_tests_scenario_id_fkey",
        "stg_resiliency_tests_status_check",
        "stg_resiliency_tests_app_id_test_date_idx",
        "fact_resiliency_metrics_app_id_metric_date_key",
        "fact_resiliency_metrics_app_id_fkey",
        "fact_resiliency_metrics_metric_date_idx",
      ]),
    );
  });

  it("changes a dimension row only when its values change", async () => {
    const before = await rowVersions("dim_applications");
    await warehouse.database.query(
      "update resiliency.dim_applications set owner_team = 'Nobody', updated_at = '2000-01-01' where app_id = 4",
    );
    await warehouse.run({ tags: ["dimensions"], assertions: false });
    const after = await rowVersions("dim_applications");
    expect(after.filter((_, index) => index !== 3)).toEqual(
      before.filter((_, index) => index !== 3),
    );
    expect(
      await warehouse.rows(
        "select owner_team, updated_at > '2026-01-01' from resiliency.dim_applications where app_id = 4",
      ),
    ).toEqual([["Platform Team", "t"]]);
  });

  const isAlarmed = async (day: string) => {
    // silver would stage its lost rows again
    const result = await warehouse.run({ actions: ["metrics_do_not_add_up"] });
    expect(actionOf(result, "metrics_do_not_add_up").tasks[0]?.assertion).toMatchObject({
      failingRows: 1,
      sample: [{ metric_date: day }],
    });
  };

  it.each([
    ["lacks a day", "delete from resiliency.fact_resiliency_metrics where metric_id = 1020454"],
    [
      "has a day too many",
      "delete from resiliency.stg_resiliency_tests where app_id = 1 and test_date = '2026-01-01'",
    ],
  ])("raises the alarm when gold %s", async (_, statement) => {
    await warehouse.database.query(statement);
    await isAlarmed("2026-01-01");
  });

  it.each([
    [
      "lacks",
      "delete from resiliency.fact_resiliency_metrics where metric_date = '2026-01-02' and app_id = 1",
    ],
    [
      "counts too many tests on",
      "delete from resiliency.stg_resiliency_tests where app_id = 1 and test_date = '2026-01-02' and duration_ms != 7000",
    ],
  ])("raises the alarm when gold %s a day of the last change", async (_, statement) => {
    await warehouse.insert({ ...late });
    await warehouse.run(layers);
    await warehouse.database.query(statement);
    await isAlarmed("2026-01-02");
  });

  it("finds in an audit what was changed in a day that no run looks at", async () => {
    await warehouse.insert({ ...late });
    await warehouse.run(layers);
    await warehouse.database.query(
      "update resiliency.fact_resiliency_metrics set total_duration_ms = 0 where metric_id = 1020454",
    );
    expect(notSuccessful(await warehouse.run())).toEqual([]);
    const audit = await warehouse.run({ tags: ["audit"] }, { audit: "true" });
    const [task] = actionOf(audit, "all_metrics_do_not_add_up").tasks;
    expect(task?.assertion).toMatchObject({
      failingRows: 1,
      sample: [{ metric_date: "2026-01-01" }],
    });
  });

  it("finds in an audit any number of an old day that its tests do not give", async () => {
    await warehouse.insert({ ...late });
    await warehouse.run(layers);
    await warehouse.database.query(`
      update resiliency.fact_resiliency_metrics
      set p50_recovery_seconds = 1, failed_tests = failed_tests + 1 where metric_id = 1020454;
      update resiliency.fact_scenario_metrics set proxy_tests = 77
      where (app_id, scenario_id, metric_date) = (2, 3, '2026-01-01')`);
    expect(notSuccessful(await warehouse.run())).toEqual([]);
    const audit = await warehouse.run({ tags: ["audit"] }, { audit: "true" });
    const sampleOf = (name: string) => actionOf(audit, name).tasks[0]?.assertion?.sample;
    const [byDay, byScenario] = [
      sampleOf("all_metrics_do_not_add_up"),
      sampleOf("all_scenario_metrics_do_not_add_up"),
    ];
    expect(byDay).toHaveLength(1);
    expect(Object.keys(JSON.parse(String(byDay?.[0]?.differences))).sort()).toEqual([
      "failed_tests",
      "p50_recovery_seconds",
    ]);
    expect(byScenario).toEqual([
      expect.objectContaining({ app_id: "2", scenario_id: "3", metric_date: "2026-01-01" }),
    ]);
    expect(byScenario?.[0]?.differences).toContain('"gold": 77');
  });

  it("raises the alarm when gold no longer adds up to silver", async () => {
    await warehouse.database.query(
      "update resiliency.fact_resiliency_metrics set total_tests = total_tests + 1, passed_tests = passed_tests + 1, rto_met_tests = rto_met_tests + 1 where metric_id = 1020455",
    );
    const result = await warehouse.run();
    expect(notSuccessful(result)).toEqual(
      expect.arrayContaining([
        "fact_resiliency_metrics failed",
        "metrics_do_not_add_up failed",
        "window_metrics skipped",
      ]),
    );
    const [task] = actionOf(result, "metrics_do_not_add_up").tasks;
    expect(task?.assertion?.sample).toEqual([
      expect.objectContaining({ app_id: expect.anything(), metric_date: "2026-01-02" }),
    ]);
  });
});
