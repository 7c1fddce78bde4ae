/** A column of a table on a page, and SQL for the texts that have to stand in it, in any order. */
export interface Reading {
  page: string;
  /** Id of the section of the table. */
  section: string;
  label: string;
  sql: string;
}

/** What the pages of a report of 90 days show, by the views; a cell is read up to its second line. */
export const readings: readonly Reading[] = [
  ...column("applications", "all-applications", {
    Met: windows("rto_met_tests"),
    Breached: windows("rto_breached_tests"),
    Undetermined: windows("rto_undetermined_tests"),
    "Never recovered": windows("unrecovered_tests"),
    Tests: windows("total_tests"),
    "Kept, %": windows("rto_compliance_pct", percent),
    "Passed, %": windows("pass_rate", percent),
  }),
  ...column("index", "applications", {
    Covered:
      "select covered_pairs || '/' || required_pairs from resiliency.coverage_by_application",
    "Open findings": `
      select count(findings.app_id) from resiliency.dim_applications
      left join resiliency.findings on findings.app_id = dim_applications.app_id and closed_at is null
      group by dim_applications.app_id`,
    "Never recovered": windows("unrecovered_tests"),
  }),
  ...column("application-1", "evidence", {
    Payload: `
      select left(payload_hash, 12) || '…' from resiliency.rto_evidence_register
      where app_id = 1 and test_id is not null`,
  }),
  ...column("register", "register", {
    "Required every": `
      select coalesce(every_days || ' d', '–') from resiliency.rto_evidence_register
      left join resiliency.coverage_matrix using (app_id, scenario_id)`,
  }),
  ...column("coverage", "by-application", {
    Required: coverage("required_pairs"),
    Covered: coverage("covered_pairs"),
    Overdue: coverage("overdue_pairs"),
    "Never tested": coverage("never_tested_pairs"),
  }),
  ...column("recovery", "margin", {
    Breached: "select breached_tests || ' of ' || judged_tests from resiliency.rto_margin_ranking",
  }),
  ...column("recovery", "mttr", {
    Tests: `select ${whole("total_tests")} from resiliency.mttr_by_scenario`,
    Failed: `select ${whole("failed_tests")} from resiliency.mttr_by_scenario`,
    "Never recovered": `select ${whole("unrecovered_tests")} from resiliency.mttr_by_scenario`,
  }),
  ...column("findings", "pairs-with-findings", {
    Findings: `
      select ${whole("count(*)")} from resiliency.findings
      where closed_at is null or closed_at >= (select max(test_date) from resiliency.reported_tests) - 89
      group by app_id, scenario_id`,
  }),
  ...column("trends", "weeks", {
    Tests: `select ${whole("total_tests")} from resiliency.weekly_trend`,
  }),
  ...column("quality", "sources", {
    Rows: `select ${whole("received_rows")} from resiliency.data_quality`,
    Counted: `select ${whole("staged_rows")} from resiliency.data_quality`,
  }),
  ...column("quality", "quarantined", {
    Rows: `select ${whole("quarantined_rows")} from resiliency.quarantined_by_reason`,
  }),
  ...column("lineage", "numbers", {
    Tests: windows("total_tests"),
    Passed: windows("passed_tests"),
    Recovered: windows("recovered_tests"),
  }),
];

/** Lists with more rows than stand in the page: how many the page says that there are. */
export const counts: readonly { page: string; sql: string }[] = [
  { page: "passed-but-breached", sql: "select count(*) from resiliency.passed_but_breached_tests" },
  { page: "failed", sql: "select count(*) from resiliency.failed_and_breached_tests" },
  { page: "register", sql: "select count(*) from resiliency.rto_evidence_register" },
  { page: "tests-of-1", sql: "select count(*) from resiliency.reported_tests where app_id = 1" },
];

function column(page: string, section: string, sqlByLabel: Record<string, string>): Reading[] {
  return Object.entries(sqlByLabel).map(([label, sql]) => ({ page, section, label, sql }));
}

function windows(name: string, shown = whole): string {
  return `select ${shown(name)} from resiliency.window_metrics where window_days = 90`;
}

function coverage(name: string): string {
  return `select ${whole(name)} from resiliency.coverage_by_application`;
}

function whole(name: string): string {
  return `to_char(${name}, 'FM999,999,990')`;
}

function percent(name: string): string {
  return `to_char(trunc(${name}, 1), 'FM990.0')`;
}
