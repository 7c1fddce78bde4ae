import type { Database, Session } from "../runner/database/database.ts";
import type { BronzeRow } from "../warehouse/bronze-row.ts";
import { copyStatement, copyStream } from "../warehouse/copy-rows.ts";
import { addDays, daysFrom, type UtcDay } from "../warehouse/utc-day.ts";
import { generatedDays } from "./generated-days.ts";
import type { Profile } from "./profile.ts";
import { type ProfileName, profiles } from "./profiles/profiles.ts";
import type { Truth } from "./truth.ts";

/**
 * The days to generate, and the profile. The same settings give the same rows on every machine,
 * except that rows that would arrive in the future arrive now.
 */
export interface GenerateSettings {
  from: UtcDay;
  days: number;
  testsPerDay: number;
  /** 0 to 4294967295. */
  seed: number;
  /** `original` unless given. */
  profile?: ProfileName;
  /** Called while rows are sent; the total is an estimate. */
  onProgress?: (progress: { rows: number; totalRows: number }) => void;
  /** Called for each row before it is sent, in the order of test_id, with its expected result. */
  onTruth?: (truth: Truth) => void;
  /** Cancels the load on the server, too; nothing is added then. */
  signal?: AbortSignal;
}

/** What became of one day; `added` is 0 when it already held generated rows. */
export interface GeneratedDay {
  day: UtcDay;
  added: number;
}

/**
 * Adds the results of the days to bronze, which must exist, in one transaction: all days or none. A
 * day that already has generated rows is skipped. A second generator waits for the first.
 */
export async function generateDays(
  database: Database,
  settings: GenerateSettings,
): Promise<GeneratedDay[]> {
  const profile = profiles[settings.profile ?? "original"];
  await alone(database, settings, (session, days) => makePartitions(session, days, profile));
  const added = new Map<UtcDay, number>();
  await alone(database, settings, async (session, days) => {
    for (const day of days) added.set(day, 0);
    await copyDays(session, added, profile, settings);
  });
  return daysFrom(settings.from, settings.days).map((day) => ({ day, added: added.get(day) ?? 0 }));
}

/** Handles the missing days in a transaction, while no other generator runs. */
async function alone(
  database: Database,
  settings: GenerateSettings,
  use: (session: Session, missing: UtcDay[]) => Promise<void>,
): Promise<void> {
  await database.transaction(async (session) => {
    await waitForOtherGenerators(session);
    const present = await generatedDays(session, settings);
    const missing = daysFrom(settings.from, settings.days).filter((day) => !present.has(day));
    if (missing.length > 0) await use(session, missing);
  }, settings.signal);
}

async function waitForOtherGenerators(session: Session): Promise<void> {
  // A load may take longer than any ordinary statement, and so may the wait for another one.
  await session.query("set local statement_timeout = 0; set local lock_timeout = 0");
  await session.query(
    "select pg_advisory_xact_lock(hashtextextended('resiliency.raw_resiliency_tests generator', 0))",
  );
}

/** Sends the rows of the days and counts them in `added`. */
async function copyDays(
  session: Session,
  added: Map<UtcDay, number>,
  profile: Profile,
  settings: GenerateSettings,
): Promise<void> {
  const totalRows = [...added.keys()].reduce(
    (sum, day) => sum + profile.expectedRows(day, settings.testsPerDay),
    0,
  );
  const now = await serverTime(session);
  await session.copyFrom(
    copyStatement,
    copyStream(rowsOfDays(profile, added, now, settings), (rows) =>
      settings.onProgress?.({ rows, totalRows }),
    ),
  );
}

/** The time of the transaction by the server's clock, in milliseconds since 1970-01-01 UTC. */
async function serverTime(session: Session): Promise<number> {
  const result = await session.query("select floor(extract(epoch from now()) * 1000)::bigint");
  return Number(result.rows[0]?.[0]);
}

// Not in the transaction of the load: to attach a partition keeps others from reading bronze.
async function makePartitions(
  session: Session,
  days: readonly UtcDay[],
  { longestLagDays }: Profile,
): Promise<void> {
  const [first = "", last = ""] = [days[0], days.at(-1)];
  await session.query("select resiliency.ensure_raw_partitions($1::date, $2::date)", [
    first,
    addDays(last, longestLagDays),
  ]);
}

function* rowsOfDays(
  profile: Profile,
  added: Map<UtcDay, number>,
  now: number,
  { testsPerDay, seed, onTruth }: GenerateSettings,
): Generator<BronzeRow> {
  for (const day of added.keys()) {
    let rows = 0;
    for (const { row, truth } of profile.rowsOfDay(day, testsPerDay, seed)) {
      rows += 1;
      row.ingestedAt = Math.min(row.ingestedAt, now);
      onTruth?.(truth());
      yield row;
    }
    added.set(day, rows);
  }
}
