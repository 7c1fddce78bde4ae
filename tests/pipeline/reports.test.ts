import { beforeAll, describe, expect, it } from "vitest";
import { serversByVersion } from "../support/test-database.ts";
import { openReportedWarehouse, sha256OfX } from "./reported-tests.ts";
import type { Warehouse } from "./warehouse.ts";

// The tests are in reported-tests.ts; application 1 has an RTO of 30 minutes, an RPO of 5 and an SLO
// of 99.95 %, application 2 an RTO of 60.
describe.each(serversByVersion())("the reports on $name", (server) => {
  let warehouse: Warehouse;
  const report = (query: string) => warehouse.rows(query.replace("from ", "from resiliency."));

  beforeAll(async () => {
    warehouse = await openReportedWarehouse(server);
    return () => warehouse.drop();
  });

  it("pools the tests of 7 days and merges outages, open ones to the end of the window", async () => {
    expect(
      await report(`
        select first_date, last_date, total_tests, passed_tests, pass_rate, recovered_tests,
          unrecovered_tests, mttr_minutes, p50_recovery_seconds, p95_recovery_seconds,
          worst_recovery_seconds, longest_recovery_seconds, rto_met_tests, rto_breached_tests,
          rto_undetermined_tests, rto_compliance_pct, rpo_met_tests, rpo_breached_tests,
          rpo_compliance_pct, detected_tests, mean_detection_seconds
        from window_metrics where app_id = 1 and window_days = 7`),
    ).toEqual([
      [
        ...["2026-03-25", "2026-03-31", "5", "3", "60.00000", "3", "2", "20.00000", "2400", null],
        ...["Infinity", "2400", "2", "2", "1", "50.00000", "1", "0", "100.00000", "1", "60.00000"],
      ],
    ]);
    // 10 minutes, 40 minutes, and 38 hours from the test that nobody saw recover
    expect(
      await report(`
        select outage_seconds, availability_under_test_pct, error_budget_used_pct
        from window_metrics where app_id = 1 and window_days = 7`),
    ).toEqual([["139800", "76.88492", "46230.15873"]]);
  });

  it("knows no availability of an application without tests", async () => {
    expect(
      await report(`
        select total_tests, pass_rate, pass_rate_low, mttr_minutes, outage_seconds,
          availability_under_test_pct, error_budget_used_pct
        from window_metrics where app_id = 3`),
    ).toEqual(Array.from({ length: 3 }, () => ["0", null, null, null, null, null, null]));
    expect(
      await report(`
        select recovered_tests, rto_met_tests, rto_missing_tests, rpo_met_tests, detected_tests,
          proxy_tests, synthetic_tests
        from window_metrics where app_id = 3 and window_days = 7`),
    ).toEqual([["0", "0", "0", "0", "0", "0", "0"]]);
  });

  it("shows how fast a scenario recovers and how many did not", async () => {
    expect(
      await report(`
        select recovered_tests, unrecovered_tests, mttr_minutes, p50_recovery_seconds,
          unrecovered_pct
        from recovery_distribution where scenario_id = 1 and window_days = 7`),
    ).toEqual([["2", "2", "25.00000", "2400", "50.00000"]]);
  });

  it("says when each pair was tested and whether that is enough", async () => {
    expect(
      await report(`
        select app_id, scenario_id, total_tests, last_test_date, days_since_last_test, coverage
        from coverage_matrix
        where (app_id, scenario_id) in ((1, 1), (1, 3), (2, 5), (4, 2), (4, 5))`),
    ).toEqual([
      ["1", "1", "4", "2026-03-31", "0", "covered"],
      ["1", "3", "0", null, null, "never_tested"],
      ["2", "5", "1", "2025-12-01", "120", "overdue"],
      ["4", "2", "0", null, null, "not_required"],
      ["4", "5", "80", "2026-02-10", "49", "tested_not_required"],
    ]);
    expect(
      await report(`
        select required_pairs, covered_pairs, overdue_pairs, never_tested_pairs, coverage_pct
        from coverage_by_application where app_id in (1, 2)`),
    ).toEqual([
      ["6", "2", "0", "4", "33.33333"],
      ["6", "1", "1", "4", "16.66667"],
    ]);
  });

  it("lists what is overdue with its team, and since when", async () => {
    expect(
      await report(`
        select owner_team, app_id, scenario_id, due_date, days_overdue, urgency
        from overdue_tests where last_test_date is not null`),
    ).toEqual([["Security Team", "2", "5", "2026-03-01", "30", "overdue"]]);
    expect(await report("select count(*) from overdue_tests")).toEqual([["21"]]);
  });

  it("registers the newest evidence of each pair with its payload", async () => {
    expect(
      await report(`
        select scenario_id, test_date, status, rto_minutes, recovery_seconds, observed_seconds,
          rto_result, rto_margin_minutes, payload_hash = '${sha256OfX}', is_synthetic
        from rto_evidence_register where app_id = 1 and scenario_id < 4`),
    ).toEqual([
      ["1", "2026-03-31", "failed", "30", null, "600", "undetermined", null, "f", "f"],
      ["2", "2026-03-30", "passed", "30", "600", "1800", "met", "20.00000", "t", "f"],
      ["3", null, null, null, null, null, "never_tested", null, null, null],
    ]);
  });

  it("ranks pairs by what was left of the objective", async () => {
    expect(
      await report(`
        select margin_rank, app_id, scenario_id, judged_tests, breached_tests, worst_raw_test_id,
          worst_recovery_seconds, rto_used_pct, rto_margin_pct
        from rto_margin_ranking where app_id < 3`),
    ).toEqual([
      ["1", "1", "1", "3", "2", "3", "Infinity", "Infinity", "-Infinity"],
      ["2", "1", "2", "1", "0", "5", "600", "33.33333", "66.66667"],
      ["3", "2", "1", "3", "0", "8", "600", "16.66667", "83.33333"],
    ]);
  });

  it("lists failures and breaches with what was seen before", async () => {
    expect(
      await report(`
        select start_time, status, rto_result, error_message, first_seen, times_seen
        from failed_and_breached_tests where app_id = 1`),
    ).toEqual([
      [
        ...["2026-03-31 10:00:00+00", "failed", "undetermined", "disk"],
        ...["2026-03-30 10:00:00+00", "2"],
      ],
      [
        ...["2026-03-30 10:00:00+00", "failed", "breached", "disk"],
        ...["2026-03-30 10:00:00+00", "1"],
      ],
      ["2026-03-29 10:00:00+00", "passed", "breached", null, "2026-03-29 10:00:00+00", "1"],
    ]);
    expect(
      await report(
        "select error_message, times_seen from failed_and_breached_tests where app_id = 2",
      ),
    ).toEqual([
      ["net", "1"],
      [null, "1"],
    ]);
    expect(
      await report("select start_time, is_rto_breach from failed_tests where app_id < 3"),
    ).toEqual([
      ["2026-03-31 10:00:00+00", "f"],
      ["2026-03-30 10:00:00+00", "t"],
      ["2026-03-02 10:00:00+00", "f"],
      ["2026-03-01 10:00:00+00", "f"],
    ]);
    expect(
      await report("select start_time, recovery_seconds from passed_but_breached_tests"),
    ).toEqual([["2026-03-29 10:00:00+00", "2400"]]);
  });

  it("follows a finding to the test that closes it", async () => {
    expect(
      await report(`
        select app_id, scenario_id, opened_at, bad_tests, retested_at, closed_at, days_to_close,
          state
        from findings where app_id < 3`),
    ).toEqual([
      [
        ...["1", "1", "2026-03-29 10:00:00+00", "3", "2026-03-30 10:00:00+00"],
        ...[null, null, "failed_again"],
      ],
      [
        ...["2", "1", "2026-03-01 10:00:00+00", "2", "2026-03-02 10:00:00+00"],
        ...["2026-03-03 10:00:00+00", "2.00000", "closed"],
      ],
    ]);
  });

  it("names pairs that are flaky or got slower, with what that is based on", async () => {
    expect(
      await report(`
        select app_id, scenario_id, recent_tests, recent_failed_tests, outcome_changes, is_flaky,
          recent_recoveries, previous_recoveries, recent_median_seconds, previous_median_seconds,
          is_regressed
        from flaky_and_regressed_pairs`),
    ).toEqual([
      ["1", "1", "4", "2", "1", "t", "4", "0", "2400", null, "f"],
      ["2", "1", "3", "2", "1", "t", "3", "0", "600", null, "f"],
      ["5", "6", "10", "0", "0", "f", "5", "5", "1200", "600", "t"],
    ]);
  });

  it("calls a change of the weekly pass rate one when it is more than noise", async () => {
    expect(
      await report(`
        select app_id, week_date, total_tests, pass_rate, previous_pass_rate, change
        from weekly_trend where app_id in (1, 4)`),
    ).toEqual([
      ["1", "2026-03-30", "3", "33.33333", "100.00000", "noise"],
      ["1", "2026-03-23", "2", "100.00000", null, null],
      ["4", "2026-02-09", "40", "0.00000", "100.00000", "worse"],
      ["4", "2026-02-02", "40", "100.00000", null, null],
    ]);
  });

  it("answers the four questions of the original", async () => {
    expect(
      await report(`
        select tested_days, compliant_days, rto_breached_tests, rto_met_tests,
          rto_undetermined_tests, max_duration_ms, rto_compliant
        from rto_status_last_7_days where app_id = 1`),
    ).toEqual([["4", "1", "2", "2", "1", "3600000", "f"]]);
    expect(
      await report(`
        select metric_date, uptime_percentage, mttr_minutes, rto_compliant, unrecovered_tests
        from daily_uptime where app_id = 1`),
    ).toEqual([
      ["2026-03-31", "0.00000", null, null, "1"],
      ["2026-03-30", "50.00000", "10.00000", "f", "1"],
      ["2026-03-29", "100.00000", "40.00000", "f", "0"],
      ["2026-03-28", "100.00000", "10.00000", "t", "0"],
    ]);
    expect(
      await report(`
        select total_tests, mttr_minutes, longest_recovery_minutes, recovered_tests,
          unrecovered_tests
        from mttr_by_scenario where scenario_id = 1`),
    ).toEqual([["7", "16.00000", "40.00000", "5", "2"]]);
  });
});
