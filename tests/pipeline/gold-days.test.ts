import { beforeAll, describe, expect, it } from "vitest";
import { anyServer } from "../support/test-database.ts";
import { notSuccessful, openWarehouse, type Warehouse } from "./warehouse.ts";

// In London, 2026-03-29 has 23 hours and 2026-10-25 has 25.
describe.each(anyServer())("days in summer and winter time on $name", (server) => {
  let warehouse: Warehouse;

  beforeAll(async () => {
    warehouse = await openWarehouse(server);
    const insert = (start: string, hours: string) => `
      insert into resiliency.raw_resiliency_tests
        (app_id, scenario_name, start_time, end_time, duration_ms, status, fault_at, recovered_at,
          is_recovered, ingested_at)
      select 1, 'CPU Spike', start_time, start_time + interval '20 min', 1200000, 'passed',
        start_time, start_time + interval '10 min', true, start_time
      from generate_series('${start}'::timestamptz, '${start}'::timestamptz + '${hours}', '1 hour')
        as start_time`;
    await warehouse.database.query(insert("2026-03-28 00:00Z", "71 hours"));
    await warehouse.database.query(insert("2026-10-23 23:00Z", "72 hours"));
    const vars = { reportTimeZone: "Europe/London", reportDate: "2026-03-29" };
    expect(notSuccessful(await warehouse.run({}, vars))).toEqual([]);
    return () => warehouse.drop();
  });

  it("have 23, 24 and 25 hours", async () => {
    expect(
      await warehouse.rows(`
        select metric_date, total_tests, report_time_zone
        from resiliency.fact_resiliency_metrics order by metric_date`),
    ).toEqual(
      [
        ["2026-03-28", "24"],
        ["2026-03-29", "23"],
        ["2026-03-30", "24"],
        ["2026-03-31", "1"],
        ["2026-10-24", "24"],
        ["2026-10-25", "25"],
        ["2026-10-26", "24"],
      ].map((row) => [...row, "Europe/London"]),
    );
  });

  it("make a window an hour shorter, and clip it at local midnight", async () => {
    // 47 outages of 600 s in 7 days less an hour
    expect(
      await warehouse.rows(`
        select total_tests, outage_seconds, availability_under_test_pct
        from resiliency.window_metrics where app_id = 1 and window_days = 7`),
    ).toEqual([["47", "28200", "95.30938"]]);
  });

  it("are made anew when the report time zone changes", async () => {
    expect(notSuccessful(await warehouse.run({}, { reportTimeZone: "UTC" }))).toEqual([]);
    expect(
      await warehouse.rows(`
        select metric_date, total_tests, report_time_zone
        from resiliency.fact_resiliency_metrics where metric_date < '2026-06-01'
        order by metric_date`),
    ).toEqual(["28", "29", "30"].map((day) => [`2026-03-${day}`, "24", "UTC"]));
  });
});
