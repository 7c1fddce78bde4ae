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
      (3, 'CPU Spike', 'passed', '2024-03-02 12:00Z', '2024-03-02 13:00Z', '2024-03-02 12:00Z', true, '2024-03-02 12:01Z'),
      (1, 'Power loss', 'failed', '2024-06-26 10:00Z', '2024-06-26 11:00Z', '2024-06-26 10:00Z', false, null),
      (1, 'Fire drill', 'passed', '2024-06-26 12:00Z', '2024-06-26 12:10Z', '2024-06-26 12:00Z', true, '2024-06-26 12:01Z'),
      (2, 'Flood', 'failed', '2024-06-27 10:00Z', '2024-06-27 11:00Z', '2024-06-27 10:00Z', true, '2024-06-27 10:00Z'),
      (2, 'Quake', 'failed', '2024-06-28 10:00Z', '2024-06-28 11:00Z', '2024-06-28 10:00Z', true, '2024-06-28 10:00Z'),
      (2, ' QUAKE', 'failed', '2024-06-29 10:00Z', '2024-06-29 11:00Z', '2024-06-29 10:00Z', true, '2024-06-29 10:00Z'),
      (2, 'Network Latency', 'failed', '2024-06-23 23:50Z', '2024-06-24 00:20Z', '2024-06-23 23:50Z', false, null),
      (3, 'Network Latency', 'failed', '2024-06-25 10:00Z', '2024-06-25 11:00Z', '2024-06-25 10:00Z', false, null),
      (3, 'Network Latency', 'passed', '2024-06-25 10:30Z', '2024-06-25 10:50Z', '2024-06-25 10:30Z', true, '2024-06-25 10:35Z'),
      (3, 'Network Latency', 'passed', '2024-06-25 12:00Z', '2024-06-25 12:10Z', '2024-06-25 12:00Z', true, '2024-06-25 12:01Z'),
      (4, 'Network Latency', 'failed', '2024-06-25 09:50Z', '2024-06-25 12:00Z', '2024-06-25 09:50Z', true, '2024-06-25 11:30Z'),
      (4, 'Network Latency', 'failed', '2024-06-25 10:00Z', '2024-06-25 11:00Z', '2024-06-25 10:00Z', false, null),
      (4, 'Network Latency', 'passed', '2024-06-25 12:00Z', '2024-06-25 12:10Z', '2024-06-25 12:00Z', true, '2024-06-25 12:00Z')`);
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
      "- open since 2022-07-01: Payment Service (only what was observed of it this week is in a number above)",
    );
  });

  it("are closed by a later test that recovers", async () => {
    await warehouse.run({ actions: ["window_metrics"] }, { reportDate: "2024-03-02" });
    expect((await windows(7)).slice(2)).toEqual([
      ["3", "2", "259260", "57.13294", "0", null],
      ["4", "1", "605", "99.89997", "0", null],
    ]);
  });

  it("last at least as long as they were observed, in each window that the observation reaches into", async () => {
    await warehouse.run({ actions: ["window_metrics"] }, { reportDate: "2024-06-30" });
    expect((await windows(7)).map((row) => [row[0], ...row.slice(2)])).toEqual([
      // to the end: a test of another unknown name is about something else
      ["1", "396000", "34.52381", "2", "2022-07-01"],
      // 20 minutes of the week were observed; nobody saw anything afterwards
      ["2", "1200", "99.80159", "2", "2024-02-20"],
      // to the test that began after the observation: the one within it saw nothing of its end
      ["3", "7260", "98.79960", "0", null],
      // to the recovery of the test that was watched for longer
      ["4", "6000", "99.00794", "0", null],
    ]);
  });

  it("tell tests of unknown scenarios apart by their names where they say what was seen before", async () => {
    await warehouse.run({ actions: ["failed_and_breached_tests"] }, { reportDate: "2024-06-30" });
    const seen = `
      select scenario_name, times_seen from resiliency.failed_and_breached_tests
      where app_id = 2 and scenario_name not like 'N%' and scenario_name not like 'C%'
      order by start_time`;
    expect(await warehouse.rows(seen)).toEqual([
      ["Flood", "1"],
      ["Quake", "1"],
      [" QUAKE", "2"],
    ]);
  });

  it("last to the present moment at most", async () => {
    await warehouse.database.query(`${insertion}
      (5, 'CPU Spike', 'failed', date_trunc('day', now(), 'UTC'), now(), date_trunc('day', now(), 'UTC'), false, null)`);
    await warehouse.run({ assertions: false });
    const lengths = `
      select
        outage_seconds = extract(epoch from present - (last_date::timestamp at time zone 'UTC')),
        availability_under_test_pct = round(
          100 - 100 * outage_seconds
            / extract(epoch from present - (first_date::timestamp at time zone 'UTC')), 5)
      from resiliency.window_metrics
      cross join least(now(), (last_date + 1)::timestamp at time zone 'UTC') as present
      where app_id = 5 and window_days = 7`;
    expect(await warehouse.rows(lengths)).toEqual([["t", "t"]]);
  });
});
