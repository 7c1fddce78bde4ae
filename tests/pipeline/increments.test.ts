import { beforeEach, describe, expect, it } from "vitest";
import { resultsOfDay } from "../../generator/test-results.ts";
import { servers } from "../support/test-database.ts";
import { expectedMetrics, type Sample } from "./expected-metrics.ts";
import { actionOf, goldQuery, notSuccessful, openWarehouse, type Warehouse } from "./warehouse.ts";

const late = { appId: 1, startTime: "2026-01-02T12:00:00Z", durationMs: 7_000 };

function sample(appId: number, start: string, durationMs: number, status: Sample["status"]) {
  const startTime = Date.parse(start);
  return { appId, startTime, endTime: startTime + durationMs, durationMs, status };
}

describe.each(servers())("an increment on $name", (server) => {
  let warehouse: Warehouse;
  let history: Sample[];

  beforeEach(async () => {
    warehouse = await openWarehouse(server);
    await warehouse.generate({ from: "2026-01-01", days: 3, testsPerDay: 40 });
    history = ["2026-01-01", "2026-01-02", "2026-01-03"].flatMap((day) => [
      ...resultsOfDay(day, 40, 42),
    ]);
    await warehouse.run();
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
    await warehouse.run();
    const added = sample(1, late.startTime, late.durationMs, "failed");
    expect(await warehouse.objects(goldQuery)).toEqual(expectedMetrics([...history, added]));
    expect(await warehouse.rows(others)).toEqual(before);
  });

  it("counts results of one day that arrive in several runs together", async () => {
    const added: Sample[] = [];
    for (const [index, status] of (["passed", "failed", "passed"] as const).entries()) {
      const startTime = `2026-01-04T0${index}:00:00Z`;
      await warehouse.insert({ appId: 2, startTime, durationMs: 2_000 + index, status });
      await warehouse.run();
      added.push(sample(2, startTime, 2_000 + index, status));
    }
    expect(await warehouse.objects(goldQuery)).toEqual(expectedMetrics([...history, ...added]));
  });

  it("stages a result whose load was still running during an earlier run", async () => {
    await warehouse.database.transaction(async (session) => {
      await session.query(
        `insert into resiliency.raw_resiliency_tests (app_id, start_time, end_time, duration_ms, status, scenario_name)
        values (3, '2026-01-02T05:00Z', '2026-01-02T05:00:01Z', 1000, 'passed', 'CPU Spike')`,
      );
      await warehouse.insert({ ...late });
      expect(notSuccessful(await warehouse.run())).toEqual([]);
      expect(await warehouse.value("select count(*) from resiliency.stg_resiliency_tests")).toBe(
        "121",
      );
    });
    await warehouse.run();
    expect(await warehouse.value("select count(*) from resiliency.stg_resiliency_tests")).toBe(
      "122",
    );
    expect(
      await warehouse.value("select sum(total_tests) from resiliency.fact_resiliency_metrics"),
    ).toBe("122");
  });

  it("gives the same gold after silver was rebuilt, and test_id goes on growing", async () => {
    const gold = await warehouse.objects(goldQuery);
    await warehouse.run({ actions: ["stg_resiliency_tests"], fullRefresh: true });
    expect(
      await warehouse.rows(
        "select min(test_id), max(test_id) from resiliency.stg_resiliency_tests",
      ),
    ).toEqual([["121", "240"]]);
    expect(notSuccessful(await warehouse.run())).toEqual([]);
    expect(await warehouse.objects(goldQuery)).toEqual(gold);
    expect(
      await warehouse.value("select max(last_test_id) from resiliency.fact_resiliency_metrics"),
    ).toBe("240");
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
        "stg_resiliency_tests_pkey",
        "stg_resiliency_tests_raw_test_id_key",
        "stg_resiliency_tests_raw_test_id_fkey",
        "stg_resiliency_tests_app_id_fkey",
        "stg_resiliency_tests_scenario_id_fkey",
        "stg_resiliency_tests_status_check",
        "stg_resiliency_tests_app_id_test_date_idx",
        "fact_resiliency_metrics_pkey",
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
    await warehouse.run();
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

  it.each([
    ["lacks a day", "delete from resiliency.fact_resiliency_metrics where metric_id = 1020454"],
    [
      "has a day too many",
      "delete from resiliency.stg_resiliency_tests where app_id = 1 and test_date = '2026-01-01'",
    ],
  ])("raises the alarm when gold %s", async (_, statement) => {
    await warehouse.database.query(statement);
    // silver would stage its lost rows again
    const result = await warehouse.run({ actions: ["metrics_do_not_add_up"] });
    expect(actionOf(result, "metrics_do_not_add_up").tasks[0]?.assertion).toMatchObject({
      failingRows: 1,
      sample: [{ metric_date: "2026-01-01" }],
    });
  });

  it("holds gold back when a staged test says something else than bronze", async () => {
    await warehouse.database.query(
      "update resiliency.stg_resiliency_tests set duration_ms = duration_ms + 1 where test_id = 7",
    );
    const result = await warehouse.run();
    const { status, tasks } = actionOf(result, "staged_tests_differ_from_raw");
    expect(status).toBe("failed");
    expect(tasks[0]?.assertion?.failingRows).toBe(1);
    expect(actionOf(result, "fact_resiliency_metrics").status).toBe("skipped");
  });

  it("begins days and hours by the report time zone, also in summer time", async () => {
    await warehouse.insert(
      { appId: 5, startTime: "2026-07-01T22:59:59.999Z" },
      { appId: 5, startTime: "2026-07-01T23:00:00Z" },
    );
    await warehouse.run({}, { reportTimeZone: "Europe/London" });
    expect(
      await warehouse.rows(`
        select test_date, test_hour from resiliency.stg_resiliency_tests
        where start_time > '2026-06-01' order by test_id`),
    ).toEqual([
      ["2026-07-01", "23"],
      ["2026-07-02", "0"],
    ]);
  });

  it("raises the alarm when gold no longer adds up to silver", async () => {
    await warehouse.database.query(
      "update resiliency.fact_resiliency_metrics set total_tests = total_tests + 1, passed_tests = passed_tests + 1 where metric_id = 1020455",
    );
    const result = await warehouse.run();
    expect(notSuccessful(result)).toEqual(["metrics_do_not_add_up failed"]);
    const [task] = actionOf(result, "metrics_do_not_add_up").tasks;
    expect(task?.assertion?.sample).toEqual([
      expect.objectContaining({ app_id: expect.anything(), metric_date: "2026-01-02" }),
    ]);
  });
});
