import { describe, expect, it } from "vitest";
import { anyServer } from "../support/test-database.ts";
import { silverState } from "./silver-state.ts";
import { goldQuery, notSuccessful, openWarehouse } from "./warehouse.ts";

/** Makes of a warehouse of today what release 0.1 left: without columns, keys and tables of later. */
const asOfRelease01 = `
  drop table resiliency.metric_history, resiliency.objective_history, resiliency.audits cascade;
  drop trigger raw_resiliency_tests_stamped on resiliency.raw_resiliency_tests;
  alter table resiliency.raw_resiliency_tests drop column received_at cascade;
  do $$ declare part regclass; begin
    for part in select relid from pg_partition_tree('resiliency.raw_resiliency_tests') loop
      execute format('alter table %s enable trigger raw_resiliency_tests_append_only', part);
    end loop;
    for part in select conindid from pg_constraint
      where conrelid = 'resiliency.stg_test_results'::regclass and contype = 'p' loop
      execute format('alter table resiliency.stg_test_results drop constraint %s',
        split_part(part::text, '.', 2));
    end loop;
  end $$;
  alter table resiliency.stg_test_results
    drop column arrived_at cascade, add constraint old_key primary key (raw_test_id);
  alter table resiliency.stg_arrivals drop column retracted_rows cascade;
  alter table resiliency.stg_watermark drop column cluster, drop column known_id,
    drop column checked_id cascade, drop column checked_since, drop column all_decided_as_of cascade,
    drop column read_all_because cascade;
  update resiliency.stg_watermark set input_hash = 'of release 0.1'`;
/** What that release could not cope with, or lost. */
const badRows = `
  insert into resiliency.raw_resiliency_tests
    (test_id, ingested_xid, ingested_at, source_run_id, app_id, start_time, duration_ms, status)
  values
    (5001, '999', '2026-02-01', 'first', 1, '2026-01-01 10:00Z', 1000, 'passed'),
    (5001, '999', '2026-03-01', 'second', 1, '2026-01-01 10:00Z', 1000, 'passed'),
    (5002, '5', '2026-02-01', 'lost', 1, '2026-01-01 10:00Z', 1000, 'passed'),
    (5003, '999', 'infinity', 'ahead', 1, '2026-01-01 10:00Z', 1000, 'failed'),
    (5004, '999', '2026-02-01', 'ahead', 1, '2026-01-01 10:00Z', 1000, 'passed')`;

describe.each(anyServer())("a warehouse of an older release on $name", (server) => {
  it("is taken over by an ordinary run, with all its rows and numbers", async () => {
    const warehouse = await openWarehouse(server);
    try {
      await warehouse.generate({ from: "2026-01-01", days: 3, testsPerDay: 20 });
      expect(notSuccessful(await warehouse.run())).toEqual([]);
      const gold = await warehouse.objects(goldQuery);
      const ids = "select raw_test_id, test_id from resiliency.stg_resiliency_tests order by 1";
      const before = await warehouse.rows(ids);
      await warehouse.database.query(asOfRelease01);
      expect(notSuccessful(await warehouse.run())).toEqual([]);
      expect(await warehouse.objects(goldQuery)).toEqual(gold);
      expect(await warehouse.rows(ids)).toEqual(before);
      await warehouse.database.query(asOfRelease01);
      await warehouse.database.query(badRows);
      expect(notSuccessful(await warehouse.run())).toEqual([]);
      expect(
        await warehouse.rows(`
          select raw_test_id, source_run_id, disposition, reason from resiliency.stg_test_results
          where raw_test_id > 5000 order by raw_test_id, ingested_at`),
      ).toEqual([
        ["5001", "first", "staged", null],
        ["5001", "second", "quarantined", "doubled_id"],
        ["5002", "lost", "staged", null],
        ["5003", "ahead", "quarantined", "future_arrival"],
        ["5004", "ahead", "staged", null],
      ]);
      expect(
        await warehouse.rows("select all_decided_as_of = decided_at from resiliency.completeness"),
      ).toEqual([["t"]]);
      const grown = await silverState(warehouse);
      expect(notSuccessful(await warehouse.run({ fullRefresh: true }))).toEqual([]);
      expect(await silverState(warehouse)).toEqual(grown);
    } finally {
      await warehouse.drop();
    }
  });
});
