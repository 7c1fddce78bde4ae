import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import type { GeneratedRow } from "../../generator/profile.ts";
import { profiles } from "../../generator/profiles/profiles.ts";
import { copyStatement, copyStream } from "../../warehouse/copy-rows.ts";
import { daysFrom } from "../../warehouse/utc-day.ts";
import { propertyRuns } from "../support/property-runs.ts";
import { anyServer, type TestDatabase } from "../support/test-database.ts";
import { expectedMetrics, expectedScenarioMetrics } from "./expected-metrics.ts";
import { plannedSamples } from "./planned-samples.ts";
import { quickRuns } from "./quick-runs.ts";
import {
  filledWarehouse,
  goldQuery,
  notSuccessful,
  openWarehouse,
  scenarioGoldQuery,
  type Warehouse,
} from "./warehouse.ts";

// late, corrected, doubled, misnamed and impossible ones among them
const rows = daysFrom("2026-01-01", 3).flatMap((day) => [
  ...profiles.realistic.rowsOfDay(day, 60, 5),
]);

/** Splits the rows at random into parts, in random order; a part may be empty. */
const arrivals = fc.record({
  order: fc.array(fc.nat(), { minLength: rows.length, maxLength: rows.length }),
  parts: fc.array(fc.constantFrom(0, 1, 7, 60, 150), { minLength: 1, maxLength: 5 }),
});

const run = await quickRuns();
const gold = ["reported_tests", "fact_resiliency_metrics", "fact_scenario_metrics"];
const growing = ["stg_test_results", "stg_resiliency_tests", "stg_arrivals", ...gold];
const grow = { actions: growing, assertions: false };

describe.each(anyServer())("gold on $name", (server) => {
  let built: TestDatabase;

  beforeAll(async () => {
    const all = { tags: ["dimensions", "bronze", "silver", "gold"] };
    built = await filledWarehouse(server, ({ database }) => run(database, all));
    return built.drop;
  });

  it("is what was planned in whatever order the rows arrive, and what a full refresh gives", async () => {
    await fc.assert(
      fc.asyncProperty(arrivals, async ({ order, parts }) => {
        const warehouse = await openWarehouse(server, built);
        try {
          for (const part of partsOf(shuffled(order), parts)) {
            await load(warehouse, part);
            expect(notSuccessful(await run(warehouse.database, grow))).toEqual([]);
          }
          const grown = await goldOf(warehouse);
          await run(warehouse.database, { ...grow, fullRefresh: true });
          expect(grown).toEqual(await goldOf(warehouse));
          const samples = plannedSamples(rows);
          expect(grown).toEqual([expectedMetrics(samples), expectedScenarioMetrics(samples)]);
        } finally {
          await warehouse.drop();
        }
      }),
      { numRuns: propertyRuns(3, 20), endOnFailure: true },
    );
  });
});

function shuffled(order: readonly number[]): GeneratedRow[] {
  return rows
    .map((row, index) => ({ row, rank: order[index] ?? 0 }))
    .sort((one, two) => one.rank - two.rank)
    .map(({ row }) => row);
}

function partsOf(all: readonly GeneratedRow[], sizes: readonly number[]): GeneratedRow[][] {
  const [size, ...others] = sizes;
  if (size === undefined) return [[...all]];
  return [all.slice(0, size), ...partsOf(all.slice(size), others)];
}

async function load(warehouse: Warehouse, part: readonly GeneratedRow[]): Promise<void> {
  const bronze = part.map(({ row }) => row);
  await warehouse.database.transaction((session) =>
    session.copyFrom(
      copyStatement,
      copyStream(bronze, () => undefined),
    ),
  );
}

async function goldOf({ objects }: Warehouse): Promise<Record<string, string | null>[][]> {
  return [await objects(goldQuery), await objects(scenarioGoldQuery)];
}
