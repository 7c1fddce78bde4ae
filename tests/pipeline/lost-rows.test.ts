import { beforeAll, describe, expect, it } from "vitest";
import { anyServer } from "../support/test-database.ts";
import { quickRuns } from "./quick-runs.ts";
import { notSuccessful, openWarehouse, type Warehouse } from "./warehouse.ts";

const run = await quickRuns();
const silver = { tags: ["dimensions", "bronze", "silver"] };
const grow = { actions: ["stg_test_results", "stg_resiliency_tests"], assertions: false };

describe.each(anyServer())("a row that increments cannot find, on $name", (server) => {
  let warehouse: Warehouse;

  beforeAll(async () => {
    warehouse = await openWarehouse(server);
    await insert("(1, '5')");
    await insert("(9000, '5')");
    expect(notSuccessful(await run(warehouse.database, silver))).toEqual([]);
    return () => warehouse.drop();
  });

  /** Rows as a restore or an older release leaves them: nothing has set their transaction. */
  const insert = (...idAndTransaction: string[]) =>
    warehouse.database.query(`
      begin;
      alter table resiliency.raw_resiliency_tests disable trigger raw_resiliency_tests_stamped;
      insert into resiliency.raw_resiliency_tests
        (test_id, ingested_xid, app_id, start_time, duration_ms, status, source_run_id)
      select test_id, xid::xid8, 1, '2026-01-01 10:00Z', 1000, 'passed', test_id::text
      from (values ${idAndTransaction.join(", ")}) as rows (test_id, xid);
      alter table resiliency.raw_resiliency_tests enable always trigger raw_resiliency_tests_stamped;
      commit`);
  const watermark = async () => {
    expect(notSuccessful(await run(warehouse.database, grow))).toEqual([]);
    return warehouse.rows(`
      select read_all_because, (
        select count(*) from resiliency.raw_resiliency_tests as bronze
        where not exists (
          select from resiliency.stg_resiliency_tests as staged
          where staged.raw_test_id = bronze.test_id and staged.ingested_at = bronze.ingested_at
        )
      ), all_decided_as_of = decided_at, checked_id
      from resiliency.stg_watermark where model = 'stg_test_results'`);
  };

  it("does not keep a run from reading on while all are decided", async () => {
    expect(await watermark()).toEqual([[null, "0", "t", null]]);
  });

  it.each([
    ["with a transaction below the bound and the next id", "(9001, '5')"],
    ["with a transaction below the bound among the old ids", "(2000, '5')"],
    ["with a transaction that this cluster has not reached", "(9002, '90000000000')"],
  ])("is decided by the next run, %s", async (_, row) => {
    await insert(row);
    expect(await watermark()).toEqual([["rows without a decision", "0", "t", null]]);
    expect(await watermark()).toEqual([[null, "0", "t", null]]);
  });

  it("is decided again when its decision was lost", async () => {
    await warehouse.database.query("delete from resiliency.stg_test_results where raw_test_id = 1");
    expect(await watermark()).toEqual([["rows without a decision", "0", "t", null]]);
  });

  it("is none that another cluster knows: there all is read again", async () => {
    await warehouse.database.query("update resiliency.stg_watermark set cluster = 'the old one'");
    expect(await watermark()).toEqual([["another cluster", "0", "t", null]]);
    expect(await watermark()).toEqual([[null, "0", "t", null]]);
  });

  it("is found in a large bronze in time, some thousand old rows in each run", async () => {
    await warehouse.database.query(`
      insert into resiliency.raw_resiliency_tests
        (test_id, app_id, start_time, duration_ms, status, source_run_id)
      select 10000 + number, 1, '2026-01-01 10:00Z', 1000, 'passed', 'many ' || number
      from generate_series(1, 12000) as number`);
    expect(await watermark()).toEqual([[null, "0", "f", expect.any(String)]]);
    await insert("(30000, '5')");
    await warehouse.database.query(
      "update resiliency.stg_watermark set known_id = 30000 where model = 'stg_test_results'",
    );
    // the first part of bronze is looked at before the rest, and the row is in the rest
    await warehouse.database.query(
      "update resiliency.stg_watermark set checked_id = null where model = 'stg_test_results'",
    );
    expect(await watermark()).toEqual([[null, "1", "f", expect.any(String)]]);
    expect(await watermark()).toEqual([["rows without a decision", "0", "t", null]]);
  });
});
