import type { Session } from "../runner/database/database.ts";
import type { UtcDay } from "../warehouse/utc-day.ts";
import { sources } from "./realistic/realistic-plan.ts";

const sourceSystems = ["generator", ...sources.map(({ name }) => name)];

/**
 * What tells a generated row by which its day is known, whatever profile made it. A row that claims
 * to have arrived before its test has begun is from a clock that is ahead and tells nothing.
 */
const isGenerated = `
  raw_resiliency_tests.source_system in (${sourceSystems.map((name) => `'${name}'`).join(", ")})
  and raw_resiliency_tests.ingested_at >= raw_resiliency_tests.start_time`;

/** Those of the days that hold generated rows, UTC. */
export async function generatedDays(
  session: Pick<Session, "query">,
  { from, days }: { from: UtcDay; days: number },
): Promise<Set<UtcDay>> {
  const result = await session.query(
    `select to_char(days.day, 'YYYY-MM-DD')
    from (
      select $1::date + number as day
      from generate_series(0, $2::integer - 1) as number
    ) as days
    where exists (
      select from resiliency.raw_resiliency_tests
      where ${isGenerated}
        and raw_resiliency_tests.start_time >= days.day::timestamp at time zone 'UTC'
        and raw_resiliency_tests.start_time < (days.day + 1)::timestamp at time zone 'UTC'
        and raw_resiliency_tests.ingested_at >= days.day::timestamp at time zone 'UTC'
    )`,
    [from, days],
  );
  return new Set(result.rows.map(([day]) => day ?? ""));
}

/** The newest day that holds generated rows, UTC; null when none does. */
export async function newestGeneratedDay(session: Pick<Session, "query">): Promise<UtcDay | null> {
  const result = await session.query(
    `select to_char(raw_resiliency_tests.start_time at time zone 'UTC', 'YYYY-MM-DD')
    from resiliency.raw_resiliency_tests
    where ${isGenerated}
    order by raw_resiliency_tests.start_time desc
    limit 1`,
  );
  return result.rows[0]?.[0] ?? null;
}
