import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { daysToCatchUp } from "../../generator/catch-up.ts";
import { generateDays } from "../../generator/generate-days.ts";
import type { Truth } from "../../generator/truth.ts";
import { openDatabase } from "../../runner/database/open-database.ts";
import { anyServer, databaseNamed } from "../support/test-database.ts";
import { notSuccessful, openWarehouse, projectDir, type Warehouse } from "./warehouse.ts";

const settings = { from: "2026-01-01", days: 7, testsPerDay: 400, seed: 42 } as const;

describe.each(anyServer())("the realistic profile on $name", (server) => {
  let warehouse: Warehouse;
  const truths: Truth[] = [];

  beforeAll(async () => {
    warehouse = await openWarehouse(server);
    await generateDays(warehouse.database, {
      ...settings,
      profile: "realistic",
      onTruth: (truth) => truths.push(truth),
    });
    const failures = notSuccessful(await warehouse.run());
    expect(failures.filter((name) => /^(raw_|stg_|dim_)/.test(name))).toEqual([]);
    return () => warehouse.drop();
  });

  it("is decided by silver as it was planned, row by row", async () => {
    const decided = await warehouse.objects(`
      select disposition, reason, app_id, scenario_id, outcome
      from resiliency.stg_test_results order by raw_test_id`);
    const planned = truths.map(({ disposition, reason, app_id, scenario_id, outcome }) => ({
      disposition,
      reason,
      app_id: text(app_id),
      scenario_id: text(scenario_id),
      outcome,
    }));
    expect(decided).toEqual(planned);
  });

  it("has the recoveries and verdicts in silver that were planned, row by row", async () => {
    const staged = await warehouse.objects(`
      select
        recovery_basis, is_recovered, trim_scale(recovery_seconds) as recovery_seconds,
        trim_scale(observed_seconds) as observed_seconds,
        trim_scale(detection_seconds) as detection_seconds,
        trim_scale(data_loss_seconds) as data_loss_seconds, rto_result, rpo_result
      from resiliency.stg_resiliency_tests order by raw_test_id`);
    const planned = truths.flatMap(({ recovery }) => (recovery === null ? [] : [recovery]));
    expect(staged).toEqual(
      planned.map((recovery) => ({
        ...recovery,
        is_recovered: recovery.is_recovered ? "t" : "f",
        recovery_seconds: text(recovery.recovery_seconds),
        observed_seconds: text(recovery.observed_seconds),
        detection_seconds: text(recovery.detection_seconds),
        data_loss_seconds: text(recovery.data_loss_seconds),
      })),
    );
  });

  it("finds each row again by what the truth names", async () => {
    const keys = truths.map(
      ({ payload_hash, ingested_at }) => `${payload_hash} ${Date.parse(ingested_at)}`,
    );
    expect(new Set(keys).size).toBe(keys.length);
    const inBronze = await warehouse.rows(`
      select payload_hash || ' ' || (extract(epoch from ingested_at) * 1000)::bigint
      from resiliency.raw_resiliency_tests order by test_id`);
    expect(inBronze.flat()).toEqual(keys);
  });

  it("hashes the payloads as it says", async () => {
    expect(
      await warehouse.value(`
        select count(*) from resiliency.raw_resiliency_tests
        where payload_hash is distinct from encode(sha256(convert_to(raw_payload, 'UTF8')), 'hex')`),
    ).toBe("0");
  });

  it("is caught up with from its newest day, whatever its clocks that are ahead say", async () => {
    expect(await daysToCatchUp(warehouse.database, "2026-01-09")).toEqual({
      from: "2026-01-08",
      days: 2,
    });
  });

  it("adds nothing to days that are there, whatever profile made them", async () => {
    const { database } = warehouse;
    for (const profile of ["realistic", "original"] as const) {
      const days = await generateDays(database, { ...settings, profile, seed: 7 });
      expect(days.every(({ added }) => added === 0)).toBe(true);
    }
  });

  it("is known again by a session of another time zone and form of dates", async () => {
    const name = (await warehouse.value("select current_database()")) ?? "";
    const habits = { PGTZ: "Asia/Tokyo", PGDATESTYLE: "German" };
    const env = { DATABASE_URL: databaseNamed(server, name), ...habits };
    const database = await openDatabase({ projectDir, env });
    onTestFinished(() => database.close());
    expect((await daysToCatchUp(database, "2026-01-09")).from).toBe("2026-01-08");
    const days = await generateDays(database, settings);
    expect(days.every(({ added }) => added === 0)).toBe(true);
  });
});

function text(value: number | null): string | null {
  return value === null ? null : String(value);
}
