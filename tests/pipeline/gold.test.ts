import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { resultsOfDay } from "../../generator/test-results.ts";
import { daysFrom } from "../../generator/utc-day.ts";
import { servers } from "../support/test-database.ts";
import { expectedMetrics } from "./expected-metrics.ts";
import { goldQuery, notSuccessful, openWarehouse, type Warehouse } from "./warehouse.ts";

const days = daysFrom("2026-01-01", 5);
const testsPerDay = 200;

function* generated(ofDays: readonly string[]) {
  for (const day of ofDays) yield* resultsOfDay(day, testsPerDay, 42);
}

describe.each(servers())("from the generator to gold on $name", (server) => {
  let warehouse: Warehouse;

  beforeAll(async () => {
    warehouse = await openWarehouse(server);
    await warehouse.generate({ from: "2026-01-01", days: 5, testsPerDay });
    expect(notSuccessful(await warehouse.run())).toEqual([]);
    return () => warehouse.drop();
  });

  it("holds in bronze what was generated", async () => {
    const rows = await warehouse.rows(`
      select
        test_id, app_id, scenario_name, scenario_id,
        (extract(epoch from start_time) * 1000)::bigint,
        (extract(epoch from end_time) * 1000)::bigint,
        duration_ms, status, error_message, metadata_json,
        created_at = end_time, source_system, source_run_id
      from resiliency.raw_resiliency_tests order by test_id`);
    const expected = [...generated(days)].map((result, index) => [
      String(index + 1),
      String(result.appId),
      result.scenarioName,
      null,
      String(result.startTime),
      String(result.endTime),
      String(result.durationMs),
      result.status,
      result.errorMessage,
      result.metadata && {
        failure_reason: result.metadata.failure_reason,
        retry_count: result.metadata.retry_count,
      },
      "t",
      "generator",
      result.sourceRunId,
    ]);
    const parsed = rows.map((row) =>
      row.map((value, index) => (index === 9 && value !== null ? JSON.parse(value) : value)),
    );
    expect(parsed).toEqual(expected);
  });

  it("stages every result once, in order, with its scenario and the derived columns", async () => {
    const rows = await warehouse.rows(`
      select
        test_id, raw_test_id, scenario_id, test_hour, test_date, is_critical_failure,
        abs(duration_minutes * 60000 - duration_ms) < 0.5
      from resiliency.stg_resiliency_tests order by test_id`);
    const scenarios = await warehouse.rows(
      "select scenario_name, scenario_id from resiliency.dim_test_scenarios",
    );
    const scenarioIds = new Map(scenarios.map(([name, id]) => [name, id]));
    const expected = [...generated(days)].map((result, index) => [
      String(index + 1),
      String(index + 1),
      scenarioIds.get(result.scenarioName),
      String(new Date(result.startTime).getUTCHours()),
      new Date(result.startTime).toISOString().slice(0, 10),
      "f",
      "t",
    ]);
    expect(rows).toEqual(expected);
  });

  it("holds in gold what an independent calculation gives", async () => {
    expect(await warehouse.objects(goldQuery)).toEqual(expectedMetrics(generated(days)));
  });

  it("names the last staged test of each row", async () => {
    const last = new Map<string, number>();
    let testId = 0;
    for (const { appId, startTime } of generated(days)) {
      testId += 1;
      last.set(`${appId} ${new Date(startTime).toISOString().slice(0, 10)}`, testId);
    }
    const rows = await warehouse.rows(
      "select app_id || ' ' || metric_date, last_test_id from resiliency.fact_resiliency_metrics",
    );
    expect(Object.fromEntries(rows)).toEqual(
      Object.fromEntries([...last].map(([key, id]) => [key, String(id)])),
    );
  });
});

describe("gold on different servers", () => {
  const texts = new Map<string, string>();

  beforeAll(async () => {
    for (const server of servers()) {
      const warehouse = await openWarehouse(server);
      try {
        await warehouse.generate({ from: "2026-01-01", days: 2, testsPerDay: 50 });
        await warehouse.run();
        await warehouse.generate({ from: "2026-01-01", days: 4, testsPerDay: 50 });
        await warehouse.run();
        texts.set(server.name, await copyOfGold(warehouse));
      } finally {
        await warehouse.drop();
      }
    }
  });

  afterAll(() => texts.clear());

  it("is the same byte for byte", () => {
    const [first = "", ...others] = texts.values();
    expect(first.split("\n").length).toBe(4 * 5);
    expect(others.length).toBeGreaterThan(0);
    for (const other of others) expect(other).toBe(first);
  });
});

/** What `copy … to stdout` writes, sorted. */
async function copyOfGold(warehouse: Warehouse): Promise<string> {
  const rows = await warehouse.rows("select * from resiliency.fact_resiliency_metrics");
  return rows
    .map((row) => row.map((value) => value ?? "\\N").join("\t"))
    .sort()
    .join("\n");
}
