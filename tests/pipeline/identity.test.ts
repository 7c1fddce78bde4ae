import { beforeAll, describe, expect, it } from "vitest";
import { anyServer } from "../support/test-database.ts";
import { sha256OfX } from "./reported-tests.ts";
import { notSuccessful, openWarehouse, type Warehouse } from "./warehouse.ts";

const hash = sha256OfX;

describe.each(anyServer())("which rows report one test, on $name", (server) => {
  let warehouse: Warehouse;

  beforeAll(async () => {
    warehouse = await openWarehouse(server);
    await warehouse.database.query(`
      insert into resiliency.raw_resiliency_tests
        (source_system, source_run_id, raw_payload, payload_hash, is_synthetic, status, app_id,
          start_time, duration_ms)
      select *, 1, '2026-01-01 10:00Z', 1000 from (values
        ('hashes', null, 'x', '${hash.toUpperCase()}', false, 'passed'),
        ('hashes', null, 'x', '${hash}', false, 'passed'),
        ('no hash', null, 'x', null, false, 'passed'),
        ('another hash', null, 'x', repeat('0', 64), false, 'passed'),
        ('both', null, null, null, false, 'failed'),
        ('both', null, null, null, true, 'failed'),
        ('both', 'r1', null, null, false, 'failed'),
        ('both', 'r1', null, null, true, 'passed'),
        ('clock', 'r2', null, null, false, 'failed')) as rows;
      insert into resiliency.raw_resiliency_tests
        (source_system, source_run_id, status, app_id, start_time, duration_ms, ingested_at)
      values
        ('clock', 'r2', 'failed', 1, '2026-01-01 10:00Z', 1000, 'infinity'),
        ('clock', 'r2', 'failed', 1, '2026-01-01 10:00Z', 1000, '2500-01-01'),
        ('clock', 'r2', 'failed', 1, '2026-01-01 10:00Z', 1000, now() + interval '4 minutes')`);
    await warehouse.database.query(`
      insert into resiliency.raw_resiliency_tests
        (source_system, source_run_id, status, app_id, start_time, duration_ms)
      values ('clock', 'r2', 'passed', 1, '2026-01-01 10:00Z', 1000)`);
    expect(notSuccessful(await warehouse.run({}, { includeSynthetic: "false" }))).toEqual([]);
    return () => warehouse.drop();
  });

  it("takes one hash for one, and tells no change of a payload that nobody had hashed", async () => {
    expect(
      await warehouse.rows(`
        select source_system, is_payload_unchanged from resiliency.metric_lineage
        where source_system in ('hashes', 'no hash', 'another hash') order by 1`),
    ).toEqual([
      ["another hash", "f"],
      ["hashes", "t"],
      ["no hash", null],
    ]);
  });

  it("keeps real results beside made-up ones", async () => {
    expect(
      await warehouse.rows(`
        select source_run_id, status from resiliency.reported_tests
        where source_system = 'both' order by 1`),
    ).toEqual([
      ["r1", "failed"],
      [null, "failed"],
    ]);
  });

  it("lets the correction count, whatever an earlier row says of its arrival", async () => {
    expect(
      await warehouse.rows(`
        select disposition, reason, outcome from resiliency.stg_test_results
        where source_system = 'clock' order by raw_test_id`),
    ).toEqual([
      ["duplicate", null, "failed"],
      ["quarantined", "future_arrival", "failed"],
      ["quarantined", "future_arrival", "failed"],
      ["duplicate", null, "failed"],
      ["staged", null, "passed"],
    ]);
  });
});
