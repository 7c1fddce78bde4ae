import type { Database } from "../runner/database/database.ts";

/** Which days to fill, counted from the first one, and how full. */
export interface Filling {
  firstDay: string;
  skipDays: number;
  days: number;
  testsPerDay: number;
}

/**
 * Puts days of plain results into bronze as fast as the server makes them: five applications, six
 * scenarios, one test in seven failed, evenly over the day, each arriving a minute after its end. A day is
 * a transaction, as loaders write it.
 */
export async function fillBronze(
  database: Database,
  { firstDay, skipDays, days, testsPerDay }: Filling,
): Promise<void> {
  const from = `(date '${firstDay}' + ${skipDays})`;
  await database.query(`select resiliency.ensure_raw_partitions(${from}, ${from} + ${days})`);
  for (let day = 0; day < days; day++) {
    await database.transaction(async (session) => {
      await session.query("set local statement_timeout = 0; set local synchronous_commit = off");
      const midnight = `(${from} + ${day})::timestamp at time zone 'UTC'`;
      await session.query(insertStatement(midnight, testsPerDay));
    });
  }
}

function insertStatement(midnight: string, testsPerDay: number): string {
  return `
    insert into resiliency.raw_resiliency_tests (
      app_id, scenario_name, start_time, end_time, duration_ms, status, error_message, created_at,
      ingested_at, source_system, source_run_id, is_synthetic
    )
    select
      1 + number % 5,
      (array['Database Failover', 'Network Latency', 'Service Restart', 'Memory Pressure',
        'CPU Spike', 'Dependency Timeout'])[1 + number % 6],
      start_time,
      start_time + length * interval '1 ms',
      length,
      case when number % 7 = 0 then 'failed' else 'passed' end,
      case when number % 7 = 0 then 'Service unavailable' end,
      start_time + length * interval '1 ms',
      start_time + interval '1 minute',
      'benchmark',
      to_char(start_time at time zone 'UTC', 'YYYY-MM-DD') || '/' || number,
      true
    from (
      select
        number,
        100 + (number * 7919) % 29900 as length,
        ${midnight} + number * interval '1 day' / ${testsPerDay} as start_time
      from generate_series(0, ${testsPerDay - 1}) as number
    ) as tests`;
}
