import { type QueryName, queries } from "../../../site/read/queries.ts";
import type { Facts } from "../../../site/read/read-report.ts";
import type { Dataset, Row } from "../../../site/read/rows.ts";
import { createReport, type Report, windowLengths } from "../../../site/report.ts";

/** What a warehouse of so many applications and scenarios would give, without one. */
export function largeReport(applications: number, scenarios: number): Report {
  const apps = range(applications).map(applicationRow);
  const pairs = apps.flatMap((app) => range(scenarios).map((scenario) => pairRow(app, scenario)));
  const tests = pairs.slice(0, 20_000);
  const empty = Object.keys(queries).map((name) => [name, datasetOf([])]);
  const data: Record<QueryName, Dataset> = {
    ...Object.fromEntries(empty),
    applications: datasetOf(apps),
    coverage_by_application: datasetOf(apps),
    coverage_matrix: datasetOf(pairs),
    overdue_tests: datasetOf(pairs),
    rto_evidence_register: datasetOf(pairs),
    findings: datasetOf(tests),
    failed_and_breached_tests: datasetOf(tests),
    passed_but_breached_tests: datasetOf(tests),
    flaky_and_regressed_pairs: datasetOf(tests),
    rto_margin_ranking: datasetOf(tests),
    weekly_trend: datasetOf(tests),
    daily_uptime: datasetOf(tests),
    dependencies_with_longer_rto: datasetOf(tests),
    scenario_names_received: datasetOf(tests),
    recovery_distribution: datasetOf(range(scenarios).map(scenarioRow)),
    recovery_by_scenario: datasetOf(range(scenarios).map(scenarioRow)),
    recovery_by_application: datasetOf(apps),
    spans_of_7_days: datasetOf(
      apps.flatMap((app) => range(12).map((span) => ({ ...app, last_date: dayBefore(7 * span) }))),
    ),
    mttr_by_scenario: datasetOf(range(scenarios).map(scenarioRow)),
  };
  const facts: Facts = {
    windows: datasetOf(
      windowLengths.flatMap((days) => apps.map((app) => ({ ...app, window_days: String(days) }))),
    ),
    data,
    missing: [],
    today: "2026-03-31",
    timeZone: "UTC",
    onlyApplication: undefined,
    comments: new Map(),
    nameOf: (relation) => `resiliency.${relation}`,
    asOfSql: undefined,
    read: () => Promise.resolve(datasetOf([])),
  };
  return createReport({
    facts,
    days: 90,
    asOf: undefined,
    withSamples: false,
    failedRun: {
      status: "failed",
      endedAtMillis: 0,
      failures: [{ name: "bad_model", message: "no such column" }],
    },
    onlyApplication: undefined,
    origin: "of a test",
  });
}

function datasetOf(rows: Row[]): Dataset {
  return { result: { columns: [], rows: [], rowCount: 0, command: "SELECT" }, rows };
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

function applicationRow(index: number): Row {
  return {
    ...drawn,
    app_id: String(index),
    app_name: `Application number ${index}`,
    is_critical: index % 3 === 0 ? "t" : "f",
    owner_team: `Team ${index % 80}`,
    rto_minutes: "60",
    first_date: "2026-01-01",
    last_date: "2026-03-31",
    total_tests: "100",
    rto_met_tests: "80",
    rto_breached_tests: "20",
    kept_pct: "80.00000",
    kept_low: "71.11703",
    kept_high: "86.66332",
    required_pairs: "100",
    covered_pairs: "50",
    overdue_pairs: "25",
    never_tested_pairs: "25",
    pass_rate: "93.33333",
    pass_rate_low: "86.20000",
    pass_rate_high: "96.90000",
  };
}

function dayBefore(days: number): string {
  return new Date(Date.UTC(2026, 2, 31 + 7 - days)).toISOString().slice(0, 10);
}

const drawn = {
  window_days: "90",
  recoveries: "1000",
  percentiles: "{61.31,412.55,1024.77,4210.63,9033.21}",
  longest: "9051.78",
  dots: null,
};

function scenarioRow(scenario: number): Row {
  return {
    ...drawn,
    scenario_id: String(scenario),
    scenario_name: `Scenario number ${scenario}`,
    component_tested: "a component",
    recovered_tests: "990",
    unrecovered_tests: "10",
    unrecovered_pct: "1.00000",
    p50_recovery_seconds: "1024.77",
    p95_recovery_seconds: "9033.21",
    longest_recovery_seconds: "9051.78",
    mttr_minutes: "17.12345",
    longest_recovery_minutes: "150.86300",
    total_tests: "1000",
    failed_tests: "77",
    proxy_tests: "12",
  };
}

function pairRow(app: Row, scenario: number): Row {
  const isTested = scenario % 4 !== 0;
  return {
    ...app,
    scenario_id: String(scenario),
    scenario_name: `Scenario number ${scenario}`,
    is_required: "t",
    every_days: "90",
    coverage: isTested ? "covered" : "never_tested",
    urgency: isTested ? "overdue" : "never_tested",
    days_since_last_test: isTested ? "3" : null,
    days_overdue: isTested ? "3" : null,
    last_test_date: isTested ? "2026-03-28" : null,
    test_date: isTested ? "2026-03-28" : null,
    rto_result: isTested ? "breached" : "never_tested",
    status: isTested ? "passed" : null,
    recovery_seconds: "3999.5",
    recovery_basis: "measured",
    rto_margin_minutes: "-6.65833",
    raw_test_id: String(scenario),
    payload_hash: "0".repeat(64),
    source_system: "a source with a long name",
    source_run_id: "a run with a name that is as long as they are",
    start_time: "2026-03-28 10:00:00+00",
    opened_at: "2026-03-28 10:00:00+00",
    opened_date: "2026-03-28",
    closed_at: null,
    metric_date: "2026-03-28",
    week_date: "2026-03-23",
  };
}
