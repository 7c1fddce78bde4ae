/** What a column of that name says wherever it is the same. @type {Record<string, string>} */
const columns = {
  app_id: "Application that was tested.",
  app_name: "Name of the application.",
  arrived_at: "The same, but never later than the server wrote the row.",
  cause: "What the source says of the reason.",
  component_tested: "Part of the application that the test strikes.",
  created_at: "When the row was added.",
  data_loss_seconds: "How many seconds of data were lost; null when nobody measured it.",
  detected_at: "When it was noticed.",
  detection_seconds: "From the fault to its detection.",
  duration_minutes: "How long the test ran, in minutes.",
  duration_ms: "How long the test ran, in milliseconds.",
  end_time: "End of the test.",
  ended_at: "When it served again; null while it does not.",
  error_budget_used_pct: "outage_seconds in per cent of what the SLO allows in the window.",
  error_message: "What went wrong.",
  every_days: "Longest accepted time between two conclusive tests, in days.",
  failed_tests: "Those that failed.",
  fault_at: "When the fault began; null when the source says nothing of recovery.",
  first_date: "First day of the window.",
  ingested_at: "When the row arrived.",
  ingested_xid: "Transaction that wrote the row.",
  is_critical: "True when the business stops without the application.",
  is_duration_raised: "True when the source's clock was too coarse to see the test last at all.",
  is_pattern: "True when the alias is a regular expression, tried when no name fits.",
  is_recovered: "Whether the service came back while the test watched; null when nobody knows.",
  is_required: "True when dim_required_coverage asks for the test.",
  is_synthetic: "True when a generator made the result.",
  last_date: "Last day of the window: vars.reportDate, else the newest day in gold.",
  last_start_time: "Start of the last of them.",
  longest_recovery_seconds: "Longest recovery time of the tests that did recover.",
  metadata_json: "Anything else that the source says.",
  metric_date: "Day of the tests in the report time zone.",
  metric_id: "Row of fact_resiliency_metrics.",
  mttr_minutes: "Mean recovery time of the recovered tests, in min; null when none recovered.",
  observed_seconds: "From the fault to the last observation, in seconds.",
  open_outages: "Those of them that have no end.",
  outcome: "passed, failed, error, skipped, inconclusive or running; null for any other word.",
  owner_team: "Team that answers for the application.",
  p50_recovery_seconds: "Median recovery time; unrecovered tests count as Infinity.",
  p95_recovery_seconds: "95th percentile of it; null below 20 tests.",
  p99_recovery_seconds: "99th percentile of it; null below 100 tests.",
  pass_rate_high: "Upper end of its 95 % confidence interval.",
  pass_rate_low: "Lower end of its 95 % confidence interval.",
  passed_tests: "Those that passed.",
  payload_hash: "SHA-256 of the raw payload, else of the received columns; hexadecimal.",
  priority: "The pattern with the lowest priority that fits decides; null for a name.",
  proxy_tests: "Tests whose recovery time is their duration.",
  quarantined_rows: "Those that cannot be used.",
  raw_outage_id: "The row in bronze.",
  raw_test_id: "The same result in bronze.",
  reason: "First reason to quarantine the row; null when there is none.",
  recovered_at: "When the service was back for good; null when it was not, or nobody knows.",
  recovered_tests: "Tests that mttr_minutes is the mean of.",
  recovery_basis: "What the recovery time is: measured, upper_bound, duration_proxy or none.",
  recovery_seconds: "From the fault to the recovery.",
  rto_compliance_pct: "Tests that met the RTO in per cent of those that met or breached it.",
  rto_minutes: "Recovery time objective of that day, in minutes.",
  rto_missing_tests: "Tests for which there was no objective.",
  rto_result: "The test against the objective: met, breached, undetermined or missing_objective.",
  rto_undetermined_tests: "Tests that were watched for too short a time to judge them.",
  scenario_id: "Scenario; 0 when no name fits.",
  scenario_name: "Name of the scenario.",
  slo_percent: "Service level objective on the last day of the window.",
  source_key: "Same for all rows that report the same run: by source_run_id, else by content.",
  source_outage_id: "The loader's own name for the outage; null when it gives none.",
  source_run_id: "The loader's own name for the result; null when it gives none.",
  source_system: "Which loader wrote the row.",
  start_time: "Start of the test.",
  started_at: "When it stopped to serve.",
  status: "How the test ended, in the words of the source.",
  synthetic_tests: "Tests with made-up results among them.",
  test_date: "Day of the test in the report time zone.",
  test_id: "Staged test.",
  unrecovered_tests: "Tests that had not recovered when the source stopped watching.",
  valid_from: "First day of the span.",
  valid_to: "Last day of the span; null when no other is known.",
  window_days: "Length of the window in days: 7, 30 or 90.",
  worst_recovery_seconds: "Longest recovery time; Infinity when a test did not recover.",
};

/**
 * Descriptions for the columns of a config block.
 * @param {...string} names columns that are described above
 * @returns {Record<string, string>}
 */
function as(...names) {
  return Object.fromEntries(
    names.map((name) => {
      const description = columns[name];
      if (description === undefined) throw new Error(`no description for the column ${name}`);
      return [name, description];
    }),
  );
}

module.exports = { as };
