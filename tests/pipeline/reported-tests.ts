import { expect } from "vitest";
import type { TestServer } from "../support/test-database.ts";
import { notSuccessful, openWarehouse, type Warehouse } from "./warehouse.ts";

// application 1 has an RTO of 30 minutes, an RPO of 5 and an SLO of 99.95 %, application 2 an RTO of 60
const columns = `
  app_id, scenario_name, start_time, end_time, duration_ms, status, error_message, fault_at,
  detected_at, recovered_at, is_recovered, data_loss_seconds, recovery_basis, source_system,
  source_run_id, raw_payload, payload_hash, ingested_at`;

/** One measured test; it begins with the fault. Times are minutes from the start. */
function measured(test: {
  appId?: number;
  scenario?: string;
  start: string;
  minutes: number;
  recovered: number | null;
  status: string;
  error?: string;
  payload?: string;
  hash?: string;
  detected?: number;
  dataLoss?: number;
}): string {
  const at = (minutes: number) => `'${test.start}Z'::timestamptz + ${minutes} * interval '1 min'`;
  const text = (value?: string) => (value === undefined ? "null" : `'${value}'`);
  const { appId = 1, scenario = "Database Failover", recovered, minutes } = test;
  return `(${[
    ...[appId, text(scenario), at(0), at(minutes), minutes * 60_000, text(test.status)],
    ...[text(test.error), at(0), test.detected === undefined ? "null" : at(test.detected)],
    ...[recovered === null ? "null" : at(recovered), recovered !== null, test.dataLoss ?? "null"],
    ...["'measured'", "'drill'", `'${appId} ${scenario} ${test.start}'`, text(test.payload)],
    ...[text(test.hash), at(minutes + 60)],
  ].join(", ")})`;
}

/** SHA-256 of the payload `x`. */
export const sha256OfX = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881";
const tests = [
  measured({
    ...{ start: "2026-03-28 10:00", minutes: 30, recovered: 10, status: "passed" },
    ...{ detected: 1, dataLoss: 60, payload: "changed", hash: "abc" },
  }),
  measured({ start: "2026-03-29 10:00", minutes: 60, recovered: 40, status: "passed" }),
  measured({
    ...{ start: "2026-03-30 10:00", minutes: 60, recovered: null, status: "failed" },
    error: "disk",
  }),
  measured({
    ...{ start: "2026-03-31 10:00", minutes: 10, recovered: null, status: "failed" },
    error: "disk",
  }),
  measured({
    ...{ start: "2026-03-30 10:05", minutes: 30, recovered: 10, status: "passed" },
    ...{ scenario: "network latency ", payload: "x", hash: sha256OfX },
  }),
  measured({
    ...{ appId: 2, start: "2026-03-01 10:00", minutes: 20, recovered: 10, status: "failed" },
  }),
  measured({
    ...{ appId: 2, start: "2026-03-02 10:00", minutes: 20, recovered: 10, status: "failed" },
    error: "net",
  }),
  measured({
    ...{ appId: 2, start: "2026-03-03 10:00", minutes: 20, recovered: 10, status: "passed" },
  }),
  measured({
    ...{ appId: 2, start: "2025-12-01 10:00", minutes: 20, recovered: 10, status: "passed" },
    scenario: "CPU Spike",
  }),
  ...Array.from({ length: 10 }, (_, index) =>
    measured({
      ...{ appId: 5, start: `2026-03-${11 + index} 10:00`, minutes: 30, status: "passed" },
      ...{ scenario: "Dependency Timeout", recovered: index < 5 ? 10 : 20 },
    }),
  ),
];
const manyTests = `
  insert into resiliency.raw_resiliency_tests
    (app_id, scenario_name, start_time, end_time, duration_ms, status, ingested_at, source_system)
  select
    4, 'CPU Spike', start_time, start_time + interval '1 s', 1000,
    case when number < 40 then 'passed' else 'failed' end, start_time, 'loader'
  from generate_series(0, 79) as number
  cross join lateral (
    select '2026-02-02 00:00Z'::timestamptz + number / 40 * interval '7 days'
      + number % 40 * interval '1 h' as start_time
  ) as test`;
const badRow = `
  insert into resiliency.raw_resiliency_tests
    (app_id, start_time, end_time, duration_ms, status, ingested_at, source_system)
  values (1, '2026-03-28 10:00Z', '2026-03-28 09:00Z', 5, 'passed', '2026-03-28 11:00Z', 'clock')`;

/** Statements that put the tests into bronze: 19 by drill, 80 by loader, an impossible one by clock. */
const insertReportedTests = [
  `insert into resiliency.raw_resiliency_tests (${columns}) values ${tests.join(",\n")}`,
  manyTests,
  badRow,
];

/** The warehouse as it reports on 2026-03-31, with these tests in it. */
export async function openReportedWarehouse(server: TestServer): Promise<Warehouse> {
  const warehouse = await openWarehouse(server);
  for (const statement of insertReportedTests) await warehouse.database.query(statement);
  expect(notSuccessful(await warehouse.run({}, { reportDate: "2026-03-31" }))).toEqual([]);
  return warehouse;
}
