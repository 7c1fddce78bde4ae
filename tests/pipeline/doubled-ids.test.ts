import { beforeEach, describe, expect, it } from "vitest";
import { anyServer } from "../support/test-database.ts";
import { silverState } from "./silver-state.ts";
import { notSuccessful, openWarehouse, type Warehouse } from "./warehouse.ts";

const silver = { tags: ["dimensions", "bronze", "silver"] };

describe.each(anyServer())("an id that bronze has twice, on $name", (server) => {
  let warehouse: Warehouse;

  beforeEach(async () => {
    warehouse = await openWarehouse(server);
    return () => warehouse.drop();
  });

  const insert = (id: number | "default", run: string, arrival: string) =>
    warehouse.database.query(`
      insert into resiliency.raw_resiliency_tests
        (test_id, source_run_id, ingested_at, app_id, start_time, duration_ms, status)
      values (${id}, '${run}', '${arrival}', 1, '2026-01-01 10:00Z', 1000, 'passed')`);
  const runs = async () => {
    expect(notSuccessful(await warehouse.run(silver))).toEqual([]);
    return warehouse.rows(`
      select raw_test_id, source_run_id, disposition, reason
      from resiliency.stg_test_results order by raw_test_id, ingested_at`);
  };

  it("holds nothing back: the row that came first counts, the other one is named", async () => {
    await insert(1, "first", "2026-02-01");
    await insert(1, "second", "2026-03-01");
    const both = [
      ["1", "first", "staged", null],
      ["1", "second", "quarantined", "doubled_id"],
    ];
    expect(await runs()).toEqual(both);
    // one more of a row that is decided, and one whose id the sequence gives
    await insert(1, "third", "2026-01-15");
    const third = ["1", "third", "quarantined", "doubled_id"];
    expect(await runs()).toEqual([third, ...both]);
    await insert("default", "by itself", "2026-04-01");
    await insert("default", "second", "2026-04-02");
    expect((await runs()).slice(3)).toEqual([
      ["2", "by itself", "staged", null],
      ["3", "second", "staged", null],
    ]);
    const grown = await silverState(warehouse);
    expect(notSuccessful(await warehouse.run({ ...silver, fullRefresh: true }))).toEqual([]);
    expect(await silverState(warehouse)).toEqual(grown);
    expect(notSuccessful(await warehouse.run({}))).toEqual([]);
    const audit = await warehouse.run({ tags: ["audit"] }, { audit: "true" });
    expect(notSuccessful(audit)).toEqual([]);
  });

  it("goes to the row that was written first, though another one was decided before", async () => {
    await warehouse.run(silver);
    await warehouse.database.transaction(async (session) => {
      // the transaction began first, and so it wrote first
      await session.query(`
        insert into resiliency.raw_resiliency_tests
          (test_id, source_run_id, ingested_at, app_id, start_time, duration_ms, status)
        values (7, 'slow', '2026-03-01', 1, '2026-01-01 10:00Z', 1000, 'passed')`);
      await insert(7, "quick", "2026-02-01");
      expect(await runs()).toEqual([["7", "quick", "staged", null]]);
    });
    expect(await runs()).toEqual([
      ["7", "quick", "quarantined", "doubled_id"],
      ["7", "slow", "staged", null],
    ]);
    expect(
      await warehouse.rows(
        "select raw_test_id, source_run_id from resiliency.stg_resiliency_tests",
      ),
    ).toEqual([["7", "slow"]]);
  });
});
