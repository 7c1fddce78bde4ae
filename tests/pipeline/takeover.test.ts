import { describe, expect, it } from "vitest";
import { auditProject } from "../../runner/audit/audit-project.ts";
import { anyServer } from "../support/test-database.ts";
import { silverState } from "./silver-state.ts";
import { goldQuery, notSuccessful, openWarehouse, projectDir } from "./warehouse.ts";

/** Makes of a warehouse of today what the release before left, which kept its own books. */
const asOfReleaseBefore = `
  drop schema dataform_postgres cascade;
  drop table resiliency.metric_history, resiliency.objective_history, resiliency.audits cascade;
  drop trigger raw_resiliency_tests_stamped on resiliency.raw_resiliency_tests;
  alter table resiliency.raw_resiliency_tests drop column received_at cascade;
  alter table resiliency.stg_test_results
    drop column arrival_date cascade, drop column decided_at cascade,
    add column ingested_xid xid8, add column decided_no bigint;
  update resiliency.stg_test_results set decided_no = 1, ingested_xid = '7';
  alter table resiliency.stg_resiliency_tests add column decided_no bigint;
  alter table resiliency.stg_arrivals add column decided_no bigint;
  alter table resiliency.fact_resiliency_metrics
    drop column published_at cascade, add column decided_no bigint;
  alter table resiliency.fact_scenario_metrics
    drop column published_at cascade;
  drop table resiliency.stg_doubled_ids cascade;
  create view resiliency.stg_doubled_ids as
    select test_id as raw_test_id, ingested_at from resiliency.raw_resiliency_tests where false;
  create table if not exists resiliency.stg_watermark (model text primary key, bound xid8);
  create table if not exists resiliency.stg_touched_days (app_id int, test_date date, decided_no bigint);
  create or replace view resiliency.stg_rule_inputs as
    select 'stg_test_results' as model, string_agg(alias, '') as input_hash
    from resiliency.dim_scenario_aliases`;
/** What releases before it could not cope with, or lost. */
const badRows = `
  insert into resiliency.raw_resiliency_tests
    (test_id, ingested_xid, ingested_at, source_run_id, app_id, start_time, duration_ms, status)
  values
    (5001, '999', '2026-02-01', 'first', 1, '2026-01-01 10:00Z', 1000, 'passed'),
    (5001, '999', '2026-03-01', 'second', 1, '2026-01-01 10:00Z', 1000, 'passed'),
    (5002, '5', '2026-02-01', 'lost', 1, '2026-01-01 10:00Z', 1000, 'passed'),
    (5003, '999', 'infinity', 'ahead', 1, '2026-01-01 10:00Z', 1000, 'failed'),
    (5004, '999', '2026-02-01', 'ahead', 1, '2026-01-01 10:00Z', 1000, 'passed')`;

describe.each(anyServer())("a warehouse of the release before on $name", (server) => {
  it("is taken over by an ordinary run, with all its rows and numbers", async () => {
    const warehouse = await openWarehouse(server);
    try {
      await warehouse.generate({ from: "2026-01-01", days: 3, testsPerDay: 20 });
      expect(notSuccessful(await warehouse.run())).toEqual([]);
      const gold = await warehouse.objects(goldQuery);
      const ids = "select raw_test_id, test_id from resiliency.stg_resiliency_tests order by 1";
      const before = await warehouse.rows(ids);
      await warehouse.database.query(asOfReleaseBefore);
      expect(notSuccessful(await warehouse.run())).toEqual([]);
      expect(await warehouse.objects(goldQuery)).toEqual(gold);
      expect(await warehouse.rows(ids)).toEqual(before);
      await warehouse.database.query(asOfReleaseBefore);
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
      expect(await warehouse.rows("select undecided_rows from resiliency.completeness")).toEqual([
        ["0"],
      ]);
      const { tables } = await auditProject({ projectDir, database: warehouse.database });
      expect(new Set(tables.map(({ status }) => status))).toEqual(new Set(["exact"]));
      const grown = await silverState(warehouse);
      expect(notSuccessful(await warehouse.run({ fullRefresh: true }))).toEqual([]);
      expect(await silverState(warehouse)).toEqual(grown);
    } finally {
      await warehouse.drop();
    }
  });
});
