import type { Database, Session } from "../runner/database/database.ts";

/** How many rows of bronze a generator made, on how many days, and how many it did not make. */
export interface BronzeRows {
  madeUp: number;
  days: number;
  real: number;
}

/** Whether bronze holds results that no generator made. */
export async function holdsRealRows(session: Pick<Session, "query">): Promise<boolean> {
  const { rows } = await session.query(
    "select exists (select from resiliency.raw_resiliency_tests where not is_synthetic)",
  );
  return rows[0]?.[0] === "t";
}

/** Counts the rows of bronze; all are 0 where there is no bronze. */
export async function countRows(session: Pick<Session, "query">): Promise<BronzeRows> {
  const known = await session.query(
    "select to_regclass('resiliency.raw_resiliency_tests') is not null",
  );
  if (known.rows[0]?.[0] !== "t") return { madeUp: 0, days: 0, real: 0 };
  const { rows } = await session.query(`
    select
      count(*) filter (where is_synthetic),
      count(distinct (start_time at time zone 'UTC')::date) filter (where is_synthetic),
      count(*) filter (where not is_synthetic)
    from resiliency.raw_resiliency_tests`);
  const [madeUp = 0, days = 0, real = 0] = (rows[0] ?? []).map(Number);
  return { madeUp, days, real };
}

/** Whether silver still holds made-up results, as after a reset that ended before silver was rebuilt. */
export async function isLeftInSilver(session: Pick<Session, "query">): Promise<boolean> {
  const known = await session.query(
    "select to_regclass('resiliency.stg_test_results') is not null",
  );
  if (known.rows[0]?.[0] !== "t") return false;
  const { rows } = await session.query(
    "select exists (select from resiliency.stg_test_results where is_synthetic)",
  );
  return rows[0]?.[0] === "t";
}

/**
 * Deletes from bronze what a generator made, and nothing else, in one transaction that keeps loaders
 * out; returns how many rows. Bronze refuses every change, so its guard steps aside for the time:
 * only the owner of the table can do that.
 */
export async function deleteMadeUpRows(database: Database, signal: AbortSignal): Promise<number> {
  return database.transaction(async (session) => {
    await session.query("set local lock_timeout = '10s'");
    await session.query("lock table resiliency.raw_resiliency_tests in access exclusive mode");
    await session.query(guards("disable"));
    const { rowCount } = await session.query(
      "delete from resiliency.raw_resiliency_tests where is_synthetic",
    );
    await session.query(guards("enable always"));
    return rowCount ?? 0;
  }, signal);
}

function guards(what: "disable" | "enable always"): string {
  return `
    do $guards$
    declare
      part regclass;
    begin
      for part in select relid from pg_partition_tree('resiliency.raw_resiliency_tests') loop
        execute format('alter table %s ${what} trigger raw_resiliency_tests_append_only', part);
      end loop;
    end
    $guards$`;
}
