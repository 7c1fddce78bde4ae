/** The description of each column that means the same in every relation. @type {Record<string, string>} */
const columns = {
  app_id: "Application that was tested.",
  app_name: "Name of the application.",
  arrived_at: "When the row arrived, and never later than the server wrote it.",
  cause: "Reason, as the source gives it.",
  component_tested: "Part of the application that the test disturbs.",
  created_at: "When the row was added.",
  data_loss_seconds: "Seconds of data that were lost; null when not measured.",
  detected_at: "When the fault was noticed.",
  detection_seconds: "Seconds from the fault to its detection.",
  duration_minutes: "Duration of the test in minutes.",
  duration_ms: "Duration of the test in milliseconds.",
  end_time: "End of the test.",
  ended_at: "When the application served again; null during the outage.",
  error_budget_used_pct: "outage_seconds in per cent of the seconds that the SLO allows.",
  error_message: "Error message.",
  every_days: "Longest accepted time between two conclusive tests, in days.",
  failed_tests: "Tests that failed.",
  fault_at: "When the fault began, else the start; null when the source knows of no fault.",
  first_date: "First day of the window.",
  ingested_at: "When the row arrived.",
  ingested_xid: "Transaction that wrote the row.",
  is_critical: "True when the business stops without the application.",
  is_duration_raised: "True when the test took less than one tick of the source's clock.",
  is_pattern: "True for a regular expression, which is tried when no name matches.",
  is_recovered: "Whether the service recovered during the test; null when unknown.",
  is_required: "True when dim_required_coverage requires the test.",
  is_synthetic: "True when a generator made the result.",
  last_date: "Last day of the window: vars.reportDate, else the newest day in gold.",
  last_start_time: "Start of the last test.",
  longest_recovery_seconds: "Longest recovery time of the tests that recovered.",
  metadata_json: "All other data that the source gave.",
  metric_date: "Day of the tests in the report time zone.",
  metric_id: "Row of fact_resiliency_metrics.",
  mttr_minutes: "Mean recovery time of the recovered tests, in min; null when none recovered.",
  observed_seconds: "Seconds from the fault to the last observation of the service.",
  open_outages: "Known outages that have no end yet.",
  outcome: "passed, failed, error, skipped, inconclusive or running; null for any other word.",
  owner_team: "Team that answers for the application.",
  p50_recovery_seconds: "Median recovery time; unrecovered tests count as Infinity.",
  p95_recovery_seconds: "95th percentile of the recovery time; null below 20 tests.",
  p99_recovery_seconds: "99th percentile of the recovery time; null below 100 tests.",
  pass_rate_high: "Upper end of the pass rate's 95 % confidence interval.",
  pass_rate_low: "Lower end of the pass rate's 95 % confidence interval.",
  passed_tests: "Tests that passed.",
  payload_hash: "SHA-256 of the raw payload, else of the received columns; hexadecimal.",
  priority: "Among matching patterns the lowest priority wins; null for a name.",
  proxy_tests: "Tests of which only the length is known; it is the recovery time of the failed ones.",
  quarantined_rows: "Rows that cannot be used.",
  raw_outage_id: "The row in bronze.",
  raw_test_id: "The same result in bronze.",
  reason: "First reason to quarantine the row; null when there is none.",
  recovered_at: "When the service was back for good; null when it was not, or unknown.",
  recovered_tests: "Tests with a recovery time; mttr_minutes is their mean.",
  recovery_basis: "Kind of the recovery time: measured, upper_bound, duration_proxy or none.",
  recovery_seconds: "Seconds from the fault to the recovery.",
  rto_compliance_pct: "Tests that met the RTO in per cent of those that met or breached it.",
  rto_minutes: "Recovery time objective of that day, in minutes.",
  rto_missing_tests: "Tests for which there was no objective.",
  rto_result: "The test against the objective: met, breached, undetermined or missing_objective.",
  rto_undetermined_tests: "Tests watched for less than the objective, or of unknown recovery.",
  scenario_id: "Scenario; 0 when no name matches.",
  scenario_name: "Name of the scenario.",
  slo_percent: "Service level objective on the last day of the window.",
  source_key: "Key of the run, from source_run_id or else from the content of the row.",
  source_outage_id: "Id of the outage in the source; null when it gives none.",
  source_run_id: "Id of the run in the source; null when it gives none.",
  source_system: "Loader that wrote the row.",
  start_time: "Start of the test.",
  started_at: "When the application stopped serving.",
  status: "Result of the test, in the words of the source.",
  synthetic_tests: "Tests with made-up results.",
  test_date: "Day of the test in the report time zone.",
  test_id: "Staged test.",
  unrecovered_tests: "Tests that had not recovered when the source stopped watching.",
  valid_from: "First day of the span.",
  valid_to: "Last day of the span; null when it has no end.",
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
