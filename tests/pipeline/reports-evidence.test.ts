import { beforeAll, describe, expect, it } from "vitest";
import { anyServer } from "../support/test-database.ts";
import { openReportedWarehouse, sha256OfX } from "./reported-tests.ts";
import type { Warehouse } from "./warehouse.ts";

// The tests are in reported-tests.ts; application 1 has an RTO of 30 minutes, an RPO of 5 and an SLO
// of 99.95 %, application 2 an RTO of 60.
describe.each(anyServer())("the reports of data and evidence on $name", (server) => {
  let warehouse: Warehouse;
  const report = (query: string) => warehouse.rows(query.replace("from ", "from resiliency."));

  beforeAll(async () => {
    warehouse = await openReportedWarehouse(server);
    return () => warehouse.drop();
  });

  it("accounts for the rows of each source", async () => {
    expect(
      await report(`
        select source_system, received_rows, staged_rows, quarantined_rows, clock_fault_rows,
          unmapped_rows, late_rows, quarantined_pct
        from data_quality`),
    ).toEqual([
      ["clock", "1", "0", "1", "1", "0", "0", "100.00000"],
      ["drill", "19", "19", "0", "0", "0", "0", "0.00000"],
      ["loader", "80", "80", "0", "0", "0", "0", "0.00000"],
    ]);
    expect(
      await report("select source_system, reason, quarantined_rows from quarantined_by_reason"),
    ).toEqual([["clock", "impossible_time", "1"]]);
    expect(
      await report(`
        select scenario_name, scenario_id, total_tests
        from scenario_names_received where scenario_id = 2`),
    ).toEqual([["network latency ", "2", "1"]]);
  });

  it("leads from one number to its payloads, and sees that one is not what was delivered", async () => {
    expect(
      await report(`
        select status, recovery_sample_seconds, rto_result, payload_hash, is_payload_unchanged,
          raw_payload
        from metric_lineage
        where metric_id in (
          select metric_id from resiliency.fact_resiliency_metrics
          where app_id = 1 and metric_date in ('2026-03-28', '2026-03-30'))`),
    ).toEqual([
      ["passed", "600", "met", "abc", "f", "changed"],
      ["failed", "Infinity", "breached", expect.stringMatching(/^[0-9a-f]{64}$/), null, null],
      ["passed", "600", "met", sha256OfX, "t", "x"],
    ]);
    expect(
      await warehouse.value(`
        select count(*) from resiliency.fact_resiliency_metrics as fact
        where total_tests != (
          select count(*) from resiliency.metric_lineage
          where metric_lineage.metric_id = fact.metric_id)`),
    ).toBe("0");
  });

  it("fits the week on one page", async () => {
    expect((await report("select line from weekly_summary order by line_no")).flat()).toEqual([
      "# Resiliency, 2026-03-25 to 2026-03-31",
      "- 3 of 5 tests passed (60.0 %, at least 23.0 %)",
      "- recovery time objective: 2 met, 2 breached, 1 undetermined",
      "- 2 tests did not recover while watched",
      "- closest to a breach in 90 days: Payment Service / Database Failover: 2 of 3 tests breached, one or more never recovered",
      "- highest use of an error budget, under test: 463 × the budget",
      "- 3 of 24 required tests are up to date, 20 never ran",
      "- 4 applications without a test this week",
      "- 2 open findings, the oldest since 2026-02-09",
      "- 2 flaky and 1 regressed pairs",
      "- dependencies that may be back later than what needs them: 1",
      "- of 100 rows ever received: 1 quarantined, 0 duplicates, 0 unmapped",
    ]);
  });
});
