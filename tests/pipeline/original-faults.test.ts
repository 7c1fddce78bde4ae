import { beforeEach, describe, expect, it } from "vitest";
import { anyServer } from "../support/test-database.ts";
import {
  actionOf,
  notSuccessful,
  openBuiltWarehouse,
  openWarehouse,
  type Warehouse,
} from "./warehouse.ts";

const gold = "resiliency.fact_resiliency_metrics";
const silver = "resiliency.stg_resiliency_tests";
/** From bronze to gold, with the checks. */
const checked = { tags: ["bronze", "silver", "gold"] };
/** The tables alone. */
const layers = { ...checked, assertions: false };

// What the system that this project re-creates got wrong; it would fail each of these tests.
describe.each(anyServer())("a fault of the original, on $name:", (server) => {
  let warehouse: Warehouse;

  beforeEach(async () => {
    warehouse = await openBuiltWarehouse(server);
    return () => warehouse.drop();
  });

  it("1. staging twice does not double the staged tests", async () => {
    await warehouse.generate({ from: "2026-01-01", days: 1, testsPerDay: 40 });
    await warehouse.run(layers);
    await warehouse.run(layers);
    expect(await warehouse.value(`select count(*) from ${silver}`)).toBe("40");
    expect(await warehouse.value(`select sum(total_tests) from ${gold}`)).toBe("40");
  });

  it("2. metrics of a past day are made whenever the run comes, and a failing step is a failed run", async () => {
    await warehouse.insert(
      { startTime: "2019-12-31T23:59:59.999Z" },
      { startTime: "2020-01-01T00:00:00Z" },
    );
    await warehouse.run(layers);
    expect(
      await warehouse.rows(`select metric_date, total_tests from ${gold} order by metric_date`),
    ).toEqual([
      ["2019-12-31", "1"],
      ["2020-01-01", "1"],
    ]);
    await warehouse.database.query(
      `alter table ${gold} add constraint broken check (total_tests < 2)`,
    );
    await warehouse.insert({ startTime: "2020-01-01T12:00:00Z" });
    const result = await warehouse.run(layers);
    expect(result.status).toBe("failed");
    expect(actionOf(result, "fact_resiliency_metrics").status).toBe("failed");
  });

  it("3. metrics made twice, also of a day with new tests, violate no key", async () => {
    await warehouse.generate({ from: "2026-01-01", days: 1, testsPerDay: 40 });
    expect(notSuccessful(await warehouse.run(checked))).toEqual([]);
    expect(notSuccessful(await warehouse.run(checked))).toEqual([]);
    await warehouse.insert({ startTime: "2026-01-01T12:00:00Z" });
    expect(notSuccessful(await warehouse.run(checked))).toEqual([]);
    expect(await warehouse.value(`select sum(total_tests) from ${gold}`)).toBe("41");
  });

  it("4. case and blanks do not lose the scenario, and a name that matches none raises the alarm", async () => {
    const names = ["database failover", "CPU Spike ", "\tnetwork \n LATENCY", "Memory Pressure"];
    for (const scenarioName of names) {
      await warehouse.insert({ scenarioName, startTime: "2026-01-01T10:00:00Z" });
    }
    expect(notSuccessful(await warehouse.run(checked))).toEqual([]);
    expect(
      await warehouse.rows(`select scenario_name, scenario_id from ${silver} order by test_id`),
    ).toEqual(names.map((name, index) => [name, ["1", "5", "2", "4"][index]]));

    await warehouse.insert({ scenarioName: "Databse Failover", startTime: "2026-01-02T10:00:00Z" });
    await warehouse.insert({ scenarioName: null, startTime: "2026-01-02T11:00:00Z" });
    const result = await warehouse.run(checked);
    expect(notSuccessful(result)).toEqual([]);
    const [task] = actionOf(result, "tests_without_scenario").tasks;
    expect(task?.assertion?.sample).toEqual([
      expect.objectContaining({ scenario_name: "Databse Failover" }),
      expect.objectContaining({ scenario_name: null }),
    ]);
    expect(await warehouse.value(`select sum(total_tests) from ${gold}`)).toBe("6");
  });

  it("5. every report runs, and MTTR by scenario names the scenario and counts failures alone", async () => {
    await warehouse.insert(
      { startTime: "2026-01-01T10:00:00Z", durationMs: 60_000, status: "failed" },
      { startTime: "2026-01-02T10:00:00Z", durationMs: 60_000, status: "failed" },
      { startTime: "2026-01-02T11:00:00Z", durationMs: 360_000, status: "failed" },
      { startTime: "2026-01-02T12:00:00Z", durationMs: 90_000, status: "passed" },
      { startTime: "2026-01-02T13:00:00Z", durationMs: 9, scenarioName: "Service Restart" },
    );
    await warehouse.run({ assertions: false });
    expect(await warehouse.rows("select * from resiliency.mttr_by_scenario")).toEqual([
      ["3", "Service Restart", "Service", "1", "0", null, null, "0", "0", "1", "0"],
      // pooled: (1 + 1 + 6) / 3; the mean of the daily means would be 2.25
      ["5", "CPU Spike", "CPU", "4", "3", "2.66667", "6.00000", "3", "0", "4", "0"],
    ]);
    expect(
      await warehouse.rows(
        "select metric_date, app_name, uptime_percentage, mttr_minutes from resiliency.daily_uptime",
      ),
    ).toEqual([
      ["2026-01-02", "Payment Service", "50.00000", "3.50000"],
      ["2026-01-01", "Payment Service", "0.00000", "1.00000"],
    ]);
    expect(
      await warehouse.rows(`
        select app_name, first_date, last_date, tested_days, compliant_days, rto_compliant
        from resiliency.rto_status_last_7_days where app_id < 3`),
    ).toEqual([
      ["Payment Service", "2025-12-27", "2026-01-02", "2", "2", "t"],
      ["User Authentication", "2025-12-27", "2026-01-02", "0", "0", null],
    ]);
    expect(
      await warehouse.rows(
        "select start_time, scenario_name, is_critical_failure, is_rto_breach from resiliency.failed_tests",
      ),
    ).toEqual([
      ["2026-01-02 11:00:00+00", "CPU Spike", "t", "f"],
      ["2026-01-02 10:00:00+00", "CPU Spike", "f", "f"],
      ["2026-01-01 10:00:00+00", "CPU Spike", "f", "f"],
    ]);
  });

  it("6. the tables can be made again, also while somebody loads", async () => {
    await warehouse.database.transaction(async (session) => {
      await session.query(`
        insert into resiliency.raw_resiliency_tests (app_id, start_time, end_time, duration_ms, status)
        values (1, now(), now(), 1, 'passed')`);
      const tables = ["dim_applications", "dim_test_scenarios", "raw_resiliency_tests"];
      expect(notSuccessful(await warehouse.run({ actions: tables }))).toEqual([]);
    });
  });

  it("7. compliance compares time with the objective, and a day without failures has no MTTR", async () => {
    const minute = 60_000;
    await warehouse.insert(
      { startTime: "2026-01-01T10:00:00Z", durationMs: 30 * minute, status: "failed" },
      { startTime: "2026-01-02T10:00:00Z", durationMs: 30 * minute + 1, status: "passed" },
      { startTime: "2026-01-03T10:00:00Z", durationMs: 10 * minute, status: "passed" },
      {
        appId: 2,
        startTime: "2026-01-02T10:00:00Z",
        durationMs: 30 * minute + 1,
        status: "failed",
      },
    );
    await warehouse.run(layers);
    expect(
      await warehouse.rows(`
        select app_id, metric_date, uptime_percentage, mttr_minutes, rto_compliant, rto_breached_tests
        from ${gold} order by metric_id`),
    ).toEqual([
      ["1", "2026-01-01", "0.00000", "30.00000", "t", "0"],
      ["1", "2026-01-02", "100.00000", null, "f", "1"],
      ["1", "2026-01-03", "100.00000", null, "t", "0"],
      ["2", "2026-01-02", "0.00000", "30.00002", "t", "0"],
    ]);
  });

  it("8. a failure of more than five minutes is critical", async () => {
    const fiveMinutes = 300_000;
    await warehouse.insert(
      { startTime: "2026-01-01T10:00:00Z", durationMs: fiveMinutes, status: "failed" },
      { startTime: "2026-01-01T11:00:00Z", durationMs: fiveMinutes + 1, status: "failed" },
      { startTime: "2026-01-01T12:00:00Z", durationMs: fiveMinutes + 1, status: "passed" },
    );
    await warehouse.run(layers);
    expect(
      await warehouse.rows(`
        select duration_minutes, is_critical_failure from ${silver} order by test_id`),
    ).toEqual([
      ["5.00000", "f"],
      ["5.00002", "t"],
      ["5.00002", "f"],
    ]);
  });

  it("9. an outage of 593 days fits, and 99.9951 % and 99.9967 % are not 100 %", async () => {
    // A first build of so many rows is cheaper than an increment on tables without statistics.
    await warehouse.drop();
    warehouse = await openWarehouse(server);
    const outageMs = 853_920 * 60_000;
    await warehouse.insert({
      ...{ appId: 5, startTime: "2020-01-01T00:00:00Z", durationMs: outageMs, status: "failed" },
    });
    for (const [appId, tests] of [
      [1, 20_500],
      [2, 30_000],
    ]) {
      await warehouse.database.query(`
        insert into resiliency.raw_resiliency_tests
          (app_id, scenario_name, start_time, end_time, duration_ms, status)
        select
          ${appId}, 'CPU Spike', start_time, start_time + interval '1 s', 1000,
          case when number = 1 then 'failed' else 'passed' end
        from generate_series(1, ${tests}) as number
        cross join lateral (
          select '2026-01-01 00:00Z'::timestamptz + number * interval '1 s' as start_time
        ) as test`);
    }
    expect(notSuccessful(await warehouse.run({ tags: ["dimensions", ...checked.tags] }))).toEqual(
      [],
    );
    expect(
      await warehouse.rows(`
        select app_id, uptime_percentage, avg_duration_ms, mttr_minutes, rto_compliant
        from ${gold} order by app_id`),
    ).toEqual([
      ["1", "99.99512", "1000", "0.01667", "t"],
      ["2", "99.99667", "1000", "0.01667", "t"],
      ["5", "0.00000", String(outageMs), "853920.00000", "f"],
    ]);
  });
});
