import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { generateDays } from "../../generator/generate-days.ts";
import { profiles } from "../../generator/profiles/profiles.ts";
import { resultsOfDay, scenarioNames } from "../../generator/test-results.ts";
import { daysFrom } from "../../warehouse/utc-day.ts";
import { anyServer, serversByVersion } from "../support/test-database.ts";
import { durationSample, expectedMetrics, expectedScenarioMetrics } from "./expected-metrics.ts";
import { plannedSamples } from "./planned-samples.ts";
import {
  goldQuery,
  notSuccessful,
  openWarehouse,
  scenarioGoldQuery,
  type Warehouse,
} from "./warehouse.ts";

const days = daysFrom("2026-01-01", 5);
const testsPerDay = 200;

// 45 days, which are 100,000 tests, with GOLD_DAYS=45, as every night.
const realisticDays = Number(process.env.GOLD_DAYS ?? 9);

function* generated(ofDays: readonly string[]) {
  for (const day of ofDays) yield* resultsOfDay(day, testsPerDay, 42);
}

describe.each(anyServer())("from the generator to gold on $name", (server) => {
  let warehouse: Warehouse;

  beforeAll(async () => {
    warehouse = await openWarehouse(server);
    await warehouse.generate({ from: "2026-01-01", days: 5, testsPerDay });
    expect(notSuccessful(await warehouse.run())).toEqual([]);
    return () => warehouse.drop();
  });

  it("holds in gold what an independent calculation gives", async () => {
    const names: readonly string[] = scenarioNames;
    const samples = [...generated(days)].map((result) =>
      durationSample(result, {
        scenarioId: names.indexOf(result.scenarioName) + 1,
      }),
    );
    expect(await warehouse.objects(goldQuery)).toEqual(expectedMetrics(samples));
    expect(await warehouse.objects(scenarioGoldQuery)).toEqual(expectedScenarioMetrics(samples));
  });
});

describe("gold of many realistic tests", () => {
  let warehouse: Warehouse;

  beforeAll(async () => {
    const [server] = serversByVersion();
    if (!server) throw new Error("no server to test on");
    warehouse = await openWarehouse(server);
    return () => warehouse.drop();
  });

  it("is what an independent calculation gives, to the last digit", async () => {
    const load = { from: "2026-01-01", days: realisticDays, testsPerDay: 2_400, seed: 11 } as const;
    await generateDays(warehouse.database, { ...load, profile: "realistic" });
    const result = await warehouse.run();
    expect(result.actions.filter(({ status }) => status === "failed")).toEqual([]);
    const samples = daysFrom(load.from, load.days).flatMap((day) =>
      plannedSamples(profiles.realistic.rowsOfDay(day, load.testsPerDay, load.seed)),
    );
    expect(samples.length).toBeGreaterThan(2_000 * realisticDays);
    expect(await warehouse.objects(goldQuery)).toEqual(expectedMetrics(samples));
    expect(await warehouse.objects(scenarioGoldQuery)).toEqual(expectedScenarioMetrics(samples));
  });
});

describe("gold on different servers", () => {
  const texts = new Map<string, string>();
  const layers = { tags: ["dimensions", "bronze", "silver", "gold"], assertions: false };

  beforeAll(async () => {
    for (const server of serversByVersion()) {
      const warehouse = await openWarehouse(server);
      try {
        await warehouse.generate({ from: "2026-01-01", days: 2, testsPerDay: 50 });
        await warehouse.run(layers);
        await warehouse.generate({ from: "2026-01-01", days: 4, testsPerDay: 50 });
        await warehouse.run(layers);
        texts.set(server.name, await copyOfGold(warehouse));
      } finally {
        await warehouse.drop();
      }
    }
  });

  afterAll(() => texts.clear());

  // One server alone (TEST_POSTGRES) has nothing to be compared with.
  it.skipIf(serversByVersion().length < 2)("is the same byte for byte", () => {
    const [first = "", ...others] = texts.values();
    expect(first.split("\n").length).toBe(4 * 5);
    expect(others.length).toBeGreaterThan(0);
    for (const other of others) expect(other).toBe(first);
  });
});

/** Every row with every value as PostgreSQL prints it, sorted; but for the time at which a run wrote it. */
async function copyOfGold(warehouse: Warehouse): Promise<string> {
  const rows = await warehouse.rows(
    "select (to_jsonb(f) - 'published_at')::text from resiliency.fact_resiliency_metrics as f",
  );
  return rows
    .map(([row]) => row)
    .sort()
    .join("\n");
}
