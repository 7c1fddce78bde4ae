import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { daysToCatchUp } from "../../generator/catch-up.ts";
import { generateDays } from "../../generator/generate-days.ts";
import { applicationIds, scenarioNames } from "../../generator/test-results.ts";
import { servers } from "../support/test-database.ts";
import { actionOf, notSuccessful, openWarehouse, type Warehouse } from "./warehouse.ts";

describe.each(servers())("bronze on $name", (server) => {
  let warehouse: Warehouse;

  beforeAll(async () => {
    warehouse = await openWarehouse(server);
  });
  afterAll(() => warehouse.drop());

  const count = () => warehouse.value("select count(*) from resiliency.raw_resiliency_tests");

  it("has the columns of the original, in order, and then its own", async () => {
    const columns = await warehouse.rows(`
      select attname, format_type(atttypid, atttypmod), attnotnull from pg_attribute
      where attrelid = 'resiliency.raw_resiliency_tests'::regclass and attnum > 0
      order by attnum`);
    expect(columns).toEqual([
      ["test_id", "bigint", "t"],
      ["app_id", "integer", "t"],
      ["scenario_name", "character varying(255)", "f"],
      ["scenario_id", "integer", "f"],
      ["start_time", "timestamp with time zone", "t"],
      ["end_time", "timestamp with time zone", "t"],
      ["duration_ms", "bigint", "t"],
      ["status", "character varying(50)", "t"],
      ["error_message", "text", "f"],
      ["metadata_json", "jsonb", "f"],
      ["created_at", "timestamp with time zone", "f"],
      ["ingested_at", "timestamp with time zone", "f"],
      ["source_system", "text", "f"],
      ["source_run_id", "text", "f"],
    ]);
  });

  it("takes a plain INSERT that knows only what the original knew", async () => {
    await warehouse.database.query(`
      insert into resiliency.raw_resiliency_tests
        (app_id, scenario_name, scenario_id, start_time, end_time, duration_ms, status, error_message, metadata_json)
      values (2, 'Network Latency', null, '2025-01-01 10:00Z', '2025-01-01 10:01Z', 60000, 'failed', 'x', '{"a": 1}')`);
    expect(
      await warehouse.rows(`
        select created_at = ingested_at, source_system, source_run_id
        from resiliency.raw_resiliency_tests where start_time = '2025-01-01 10:00Z'`),
    ).toEqual([["t", "manual", null]]);
  });

  it.each([
    ["UPDATE", "update resiliency.raw_resiliency_tests set status = 'passed'"],
    ["UPDATE", "update resiliency.raw_resiliency_tests set status = 'passed' where false"],
    ["DELETE", "delete from resiliency.raw_resiliency_tests"],
    ["TRUNCATE", "truncate resiliency.raw_resiliency_tests cascade"],
  ])("refuses %s with a message and a hint: %s", async (operation, statement) => {
    const before = await count();
    await expect(warehouse.database.query(statement)).rejects.toMatchObject({
      error: {
        message: `${operation} of resiliency.raw_resiliency_tests is refused: it is append only`,
        sqlstate: "23001",
        hint: expect.stringContaining("docs/pipeline.md"),
      },
    });
    expect(await count()).toBe(before);
  });

  it("refuses a scenario_id, an unknown application and an unknown status", async () => {
    const insert = (columns: string, values: string) =>
      warehouse.database.query(`
        insert into resiliency.raw_resiliency_tests (start_time, end_time, duration_ms, ${columns})
        values (now(), now(), 1, ${values})`);
    await expect(insert("app_id, status, scenario_id", "1, 'passed', 1")).rejects.toThrow(
      "raw_resiliency_tests_scenario_id_is_null",
    );
    await expect(insert("app_id, status", "99, 'passed'")).rejects.toThrow("app_id_fkey");
    await expect(insert("app_id, status", "1, 'skipped'")).rejects.toThrow("status_check");
  });

  it("knows the applications and scenarios that the generator uses, with their objectives", async () => {
    expect(
      await warehouse.rows(`
        select app_id, app_name, rto_requirement_minutes, is_critical, owner_team
        from resiliency.dim_applications order by app_id`),
    ).toEqual([
      ["1", "Payment Service", "30", "t", "Backend Team"],
      ["2", "User Authentication", "60", "t", "Security Team"],
      ["3", "Order Management", "120", "t", "Commerce Team"],
      ["4", "Notification Service", "240", "f", "Platform Team"],
      ["5", "Analytics Engine", "480", "f", "Data Team"],
    ]);
    expect(applicationIds).toEqual([1, 2, 3, 4, 5]);
    const scenarios = await warehouse.rows(
      "select scenario_name, component_tested from resiliency.dim_test_scenarios order by scenario_id",
    );
    expect(scenarios.map(([name]) => name)).toEqual([...scenarioNames]);
    expect(scenarios.map(([, component]) => component)).toEqual([
      "Database",
      "Network",
      "Service",
      "Memory",
      "CPU",
      "Dependencies",
    ]);
  });

  it("refuses a second scenario that differs in case and blanks alone", async () => {
    await expect(
      warehouse.database.query(`
        insert into resiliency.dim_test_scenarios (scenario_name, component_tested)
        values (' cpu  spike', 'CPU')`),
    ).rejects.toThrow("dim_test_scenarios_normalised_name_key");
  });

  it("gets the generated rows of a day once, whoever asks how often", async () => {
    const settings = { from: "2026-03-01", days: 2, testsPerDay: 30, seed: 1 };
    const load = () => generateDays(warehouse.database, settings);
    const loads = await Promise.all([load(), load(), load()]);
    const added = loads.map((days) => days.reduce((sum, day) => sum + day.added, 0));
    expect(added.sort((a, b) => a - b)).toEqual([0, 0, 60]);
    const wider = await generateDays(warehouse.database, { ...settings, days: 3, seed: 2 });
    expect(wider).toEqual([
      { day: "2026-03-01", added: 0 },
      { day: "2026-03-02", added: 0 },
      { day: "2026-03-03", added: 30 },
    ]);
  });

  it("does not take the rows of another loader for generated ones", async () => {
    await warehouse.insert({ startTime: "2026-04-01T10:00:00Z" });
    const day = { from: "2026-04-01", days: 1, testsPerDay: 3, seed: 1 };
    expect(await generateDays(warehouse.database, day)).toEqual([{ day: "2026-04-01", added: 3 }]);
  });

  it("gets nothing from a load that is cancelled", async () => {
    const before = await count();
    const stop = new AbortController();
    const load = generateDays(warehouse.database, {
      ...{ from: "2026-05-01", days: 1, testsPerDay: 5_000_000, seed: 1, signal: stop.signal },
      onProgress: () => stop.abort("test"),
    });
    await expect(load).rejects.toMatchObject({ code: "CANCELLED" });
    expect(await count()).toBe(before);
  });

  it("catches up from the newest generated day, and only the asked day when there is none", async () => {
    const { database } = warehouse;
    expect(await daysToCatchUp(database, "2026-04-04")).toEqual({ from: "2026-04-02", days: 3 });
    expect(await daysToCatchUp(database, "2026-04-01")).toEqual({ from: "2026-04-01", days: 1 });
    expect(await daysToCatchUp(database, "2026-01-01")).toEqual({ from: "2026-01-01", days: 1 });
    const empty = await openWarehouse(server);
    try {
      expect(await daysToCatchUp(empty.database, "2026-04-04")).toEqual({
        from: "2026-04-04",
        days: 1,
      });
    } finally {
      await empty.drop();
    }
  });
});

describe.each(servers())("a wrong bronze row on $name", (server) => {
  let warehouse: Warehouse;

  beforeAll(async () => {
    warehouse = await openWarehouse(server);
    return () => warehouse.drop();
  });

  it("is named by the assertion, never reaches gold, and can be taken back as documented", async () => {
    await warehouse.generate({ from: "2026-01-01", days: 1, testsPerDay: 20 });
    await warehouse.run();
    const gold = await warehouse.rows(
      "select * from resiliency.fact_resiliency_metrics order by 1",
    );
    await warehouse.insert(
      { startTime: "2026-01-02T10:00:00Z", durationMs: -5 },
      { startTime: "2026-01-02T11:00:00Z", durationMs: 500 },
    );

    const result = await warehouse.run();
    const rule = "resiliency_stg_resiliency_tests_assertions_rowConditions";
    expect(result.status).toBe("failed");
    expect(actionOf(result, rule).tasks[0]?.assertion).toMatchObject({
      failingRows: 1,
      sample: [{ failing_row_condition: "duration_ms > 0", raw_test_id: expect.anything() }],
    });
    expect(notSuccessful(result)).toEqual(
      [
        "daily_uptime skipped",
        "fact_resiliency_metrics skipped",
        "metrics_do_not_add_up skipped",
        "resiliency_fact_resiliency_metrics_assertions_rowConditions skipped",
        "resiliency_fact_resiliency_metrics_assertions_uniqueKey_0 skipped",
        "resiliency_fact_resiliency_metrics_assertions_uniqueKey_1 skipped",
        `${rule} failed`,
        "rto_status_last_7_days skipped",
      ].sort(),
    );
    expect(
      await warehouse.rows("select * from resiliency.fact_resiliency_metrics order by 1"),
    ).toEqual(gold);

    await takeBack(
      warehouse,
      "(select test_id from resiliency.raw_resiliency_tests where duration_ms = -5)",
    );
    await warehouse.insert({ startTime: "2026-01-02T10:00:00Z", durationMs: 5 });
    expect(notSuccessful(await warehouse.run())).toEqual([]);
    expect(
      await warehouse.rows(`
        select total_tests, max_duration_ms, avg_duration_ms
        from resiliency.fact_resiliency_metrics where metric_date = '2026-01-02'`),
    ).toEqual([["2", "500", "253"]]);
    await expect(
      warehouse.database.query("delete from resiliency.raw_resiliency_tests"),
    ).rejects.toThrow("append only");
  });
});

/** The statements of docs/pipeline.md, without the copy. */
async function takeBack(warehouse: Warehouse, testId: string): Promise<void> {
  await warehouse.database.transaction(async (session) => {
    await session.query(`
      alter table resiliency.raw_resiliency_tests disable trigger raw_resiliency_tests_append_only;
      delete from resiliency.stg_resiliency_tests where raw_test_id = ${testId};
      delete from resiliency.raw_resiliency_tests where test_id = ${testId};
      alter table resiliency.raw_resiliency_tests enable trigger raw_resiliency_tests_append_only;`);
  });
}
