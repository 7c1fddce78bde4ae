import type { Database, Session } from "../runner/database/database.ts";
import { copyStatement, copyStream } from "./copy-results.ts";
import { resultsOfDay, type TestResult } from "./test-results.ts";
import { daysFrom, type UtcDay } from "./utc-day.ts";

/** Which days to generate, and how. The same settings give the same rows, wherever they run. */
export interface GenerateSettings {
  from: UtcDay;
  days: number;
  testsPerDay: number;
  /** 0 to 4294967295. */
  seed: number;
  /** Called while rows are sent. */
  onProgress?: (progress: { rows: number; totalRows: number }) => void;
  /** Cancels the load on the server, too; nothing is added then. */
  signal?: AbortSignal;
}

/** What became of one day; `added` is 0 when it already held generated rows. */
export interface GeneratedDay {
  day: UtcDay;
  added: number;
}

/**
 * Adds the results of the days to bronze, which must exist, in one transaction: all days or none.
 * A day that holds generated rows already is left alone. A second generator waits for the first.
 */
export async function generateDays(
  database: Database,
  settings: GenerateSettings,
): Promise<GeneratedDay[]> {
  return database.transaction(async (session) => {
    await waitForOtherGenerators(session);
    const present = await generatedDays(session, settings);
    const days = daysFrom(settings.from, settings.days);
    const missing = days.filter((day) => !present.has(day));
    if (missing.length > 0) await copyDays(session, missing, settings);
    return days.map((day) => ({ day, added: present.has(day) ? 0 : settings.testsPerDay }));
  }, settings.signal);
}

async function waitForOtherGenerators(session: Session): Promise<void> {
  // A load may take longer than any ordinary statement, and so may the wait for another one.
  await session.query("set local statement_timeout = 0; set local lock_timeout = 0");
  await session.query(
    "select pg_advisory_xact_lock(hashtextextended('resiliency.raw_resiliency_tests generator', 0))",
  );
}

async function generatedDays(session: Session, settings: GenerateSettings): Promise<Set<string>> {
  const result = await session.query(
    `select days.day::text
    from (
      select $1::date + number as day
      from generate_series(0, $2::integer - 1) as number
    ) as days
    where exists (
      select from resiliency.raw_resiliency_tests
      where raw_resiliency_tests.source_system = 'generator'
        and raw_resiliency_tests.start_time >= days.day::timestamp at time zone 'UTC'
        and raw_resiliency_tests.start_time < (days.day + 1)::timestamp at time zone 'UTC'
    )`,
    [settings.from, settings.days],
  );
  return new Set(result.rows.map(([day]) => day ?? ""));
}

async function copyDays(
  session: Session,
  days: UtcDay[],
  { testsPerDay, seed, onProgress }: GenerateSettings,
): Promise<void> {
  const totalRows = days.length * testsPerDay;
  await session.copyFrom(
    copyStatement,
    copyStream(resultsOfDays(days, testsPerDay, seed), (rows) => onProgress?.({ rows, totalRows })),
  );
}

function* resultsOfDays(days: UtcDay[], testsPerDay: number, seed: number): Generator<TestResult> {
  for (const day of days) yield* resultsOfDay(day, testsPerDay, seed);
}
