import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import type { Session } from "../../runner/database/database.ts";
import { propertyRuns } from "../support/property-runs.ts";
import { anyServer, type TestDatabase } from "../support/test-database.ts";
import { quickRuns } from "./quick-runs.ts";
import { silverState, stagedDays } from "./silver-state.ts";
import { filledWarehouse, notSuccessful, openWarehouse, type Warehouse } from "./warehouse.ts";

/** What a source reports; few values of everything, so that reports of one run meet. */
interface Report {
  run: string | null;
  source: string;
  appId: number | null;
  scenario: string;
  /** Days after 2026-01-01, so that some are late, and some arrive before they began. */
  startDay: number;
  arrivalDay: number;
  seconds: number;
  status: string;
  isRecovered: boolean | null;
}

/** A transaction of a loader, and when it ends. */
interface Load {
  reports: Report[];
  /** `before` the next run, `during` runs (it began earlier), or `never`: it is rolled back. */
  ends: "before" | "during" | "never";
  /** What other loaders commit while a load is in flight, each part with a run after it. */
  meanwhile: Report[][];
  runsAfter: number;
}

// Most reports can be used, or no two of them would ever meet.
const report: fc.Arbitrary<Report> = fc.record({
  run: often(["a", "b", "c"], [null]),
  source: often(["chaos"], ["drills"]),
  appId: often([1, 2], [5, 99, null]),
  scenario: fc.constantFrom("CPU Spike", "cpu  hog test", "unheard of"),
  startDay: fc.integer({ min: 0, max: 2 }),
  arrivalDay: often([3, 4, 5], [0]),
  seconds: often([0, 30, 1_800, 1_801, 7_200], [-1]),
  status: often(["passed", "FAIL", "failed"], ["error", "running", "skipped", "?"]),
  isRecovered: fc.constantFrom(null, true, false),
});

const reports = fc.array(report, { minLength: 2, maxLength: 10, size: "max" });

const load: fc.Arbitrary<Load> = fc.record({
  reports,
  ends: fc.constantFrom("before", "before", "during", "never"),
  meanwhile: fc.array(reports, { maxLength: 2, size: "max" }),
  runsAfter: fc.constantFrom(0, 1, 1, 2),
});

function often<T>(usual: T[], rare: T[]): fc.Arbitrary<T> {
  return fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom(...usual) },
    { weight: 1, arbitrary: fc.constantFrom(...rare) },
  );
}

// The checks come at the end: they are the same every time, and a run of all takes ten times as long.
const run = await quickRuns();
const growing = { actions: ["stg_test_results", "stg_resiliency_tests", "stg_arrivals"] };
const silver = { tags: ["dimensions", "bronze", "silver"] };
const grow = { ...growing, assertions: false };

describe.each(anyServer())("silver on $name", (server) => {
  let built: TestDatabase;

  beforeAll(async () => {
    built = await filledWarehouse(server, ({ database }) => run(database, silver));
    return built.drop;
  });

  it("is the same however the reports arrive, and names every day that changed", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(load, { minLength: 2, maxLength: 4 }), async (loads) => {
        const warehouse = await openWarehouse(server, built);
        try {
          for (const each of loads) await arrive(warehouse, each);
          await runAndCheckDays(warehouse);
          const grown = await silverState(warehouse);
          expect(notSuccessful(await run(warehouse.database, silver))).toEqual([]);
          const refresh = { ...growing, fullRefresh: true };
          expect(notSuccessful(await run(warehouse.database, refresh))).toEqual([]);
          expect(grown).toEqual(await silverState(warehouse));
          expect(await everyRowIsDecided(warehouse)).toBe("t");
        } finally {
          await warehouse.drop();
        }
      }),
      { numRuns: propertyRuns(4, 20), endOnFailure: true },
    );
  });
});

async function arrive(
  warehouse: Warehouse,
  { reports, ends, meanwhile, runsAfter }: Load,
): Promise<void> {
  const stop = new Error("rolled back");
  const transaction = warehouse.database.transaction(async (session) => {
    for (const each of reports) await insert(session, each);
    if (ends === "during") {
      for (const others of meanwhile) await commitAndRun(warehouse, others);
    }
    if (ends === "never") throw stop;
  });
  await transaction.catch((error) => expect(error).toBe(stop));
  for (let run = 0; run < runsAfter; run += 1) await runAndCheckDays(warehouse);
}

async function commitAndRun(warehouse: Warehouse, reports: Report[]): Promise<void> {
  await warehouse.database.transaction(async (session) => {
    for (const each of reports) await insert(session, each);
  });
  await runAndCheckDays(warehouse);
}

async function insert(session: Session, each: Report): Promise<void> {
  await session.query(
    `insert into resiliency.raw_resiliency_tests
      (source_run_id, source_system, app_id, scenario_name, start_time, ingested_at, duration_ms,
        status, is_recovered, created_at)
    values ($1, $2, $3::int, $4, '2026-01-01'::timestamptz + $5::int * interval '23 hours',
      '2026-01-01 12:00Z'::timestamptz + $6::int * interval '1 day', $7::int * 1000, $8, $9::boolean,
      '2026-01-01')`,
    [
      each.run,
      each.source,
      each.appId,
      each.scenario,
      each.startDay,
      each.arrivalDay,
      each.seconds,
      each.status,
      each.isRecovered,
    ].map((value) => (value === null ? null : String(value))),
  );
}

/** Runs silver; a day whose tests changed gets a higher number than any day had before. */
async function runAndCheckDays(warehouse: Warehouse): Promise<void> {
  const before = await stagedDays(warehouse);
  const highest = Math.max(0, ...[...before.values()].map(({ decidedNo }) => decidedNo));
  expect(notSuccessful(await run(warehouse.database, grow))).toEqual([]);
  for (const [day, { content, decidedNo }] of await stagedDays(warehouse)) {
    if (content !== (before.get(day)?.content ?? "")) expect(decidedNo).toBeGreaterThan(highest);
  }
}

async function everyRowIsDecided(warehouse: Warehouse): Promise<string | null> {
  return warehouse.value(`
    select
      (select array_agg(test_id order by test_id) from resiliency.raw_resiliency_tests)
      is not distinct from
      (select array_agg(raw_test_id order by raw_test_id) from resiliency.stg_test_results)`);
}
