import { beforeAll, describe, expect, it } from "vitest";
import { anyServer } from "../support/test-database.ts";
import { notSuccessful, openWarehouse, type Warehouse } from "./warehouse.ts";

const insertion = `
  insert into resiliency.raw_resiliency_tests
    (app_id, scenario_name, status, start_time, end_time, fault_at, is_recovered, recovered_at)
  values`;

describe.each(anyServer())("outages that nobody saw end, on $name", (server) => {
  let warehouse: Warehouse;

  beforeAll(async () => {
    warehouse = await openWarehouse(server);
    await warehouse.database.query(`${insertion}
      (1, 'CPU Spike', 'failed', '2022-07-01 10:00Z', '2022-07-01 11:00Z', '2022-07-01 10:00Z', false, null),
      (2, 'CPU Spike', 'failed', '2024-02-20 10:00Z', '2024-02-20 11:00Z', '2024-02-20 10:00Z', false, null),
      (1, 'Network Latency', 'passed', '2024-02-28 10:00Z', '2024-02-28 11:00Z', '2024-02-28 10:00Z', true, '2024-02-28 10:01Z'),
      (3, 'CPU Spike', 'failed', '2024-02-28 12:00Z', '2024-02-28 13:00Z', '2024-02-28 12:00Z', false, null),
      (4, 'CPU Spike', 'failed', '2024-03-01 00:00:05Z', '2024-03-01 01:00Z', '2024-02-29 23:59:55Z', true, '2024-03-01 00:10Z'),
      (3, 'CPU Spike', 'passed', '2024-03-02 12:00Z', '2024-03-02 13:00Z', '2024-03-02 12:00Z', true, '2024-03-02 12:01Z')`);
    const asOf = { reportDate: "2024-02-29" };
    expect(notSuccessful(await warehouse.run({}, asOf))).toEqual([]);
    return () => warehouse.drop();
  });

  const windows = (days: number) =>
    warehouse.rows(`
      select app_id, total_tests, outage_seconds, availability_under_test_pct, open_outages, open_since
      from resiliency.window_metrics where window_days = ${days} and app_id < 5 order by app_id`);

  it("count in the window in which they began, and stand beside the numbers of later ones", async () => {
    expect(await windows(7)).toEqual([
      // a minute, and not a week for what began in 2022
      ["1", "1", "60", "99.99008", "1", "2022-07-01"],
      ["2", "0", null, null, "1", "2024-02-20"],
      // 36 hours to the end of the day of the report
      ["3", "1", "129600", "78.57143", "1", "2024-02-28"],
      // the test is of the next day, though its fault began on this one
      ["4", "0", null, null, "0", null],
    ]);
    expect((await windows(30)).map((row) => row[2])).toEqual(["60", "828000", "129600", null]);
  });

  it("are named in the summary of the week", async () => {
    const lines = await warehouse.rows("select line from resiliency.weekly_summary");
    expect(lines.flat()).toContain(
      "- open since 2022-07-01: Payment Service (what nobody saw end before this week is in no number above)",
    );
  });

  it("are closed by a later test that recovers", async () => {
    await warehouse.run({ actions: ["window_metrics"] }, { reportDate: "2024-03-02" });
    expect((await windows(7)).slice(2)).toEqual([
      ["3", "2", "259260", "57.13294", "0", null],
      ["4", "1", "605", "99.89997", "0", null],
    ]);
  });
});
