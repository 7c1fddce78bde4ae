/** @typedef {Record<string, [type: string, value: string]>} Shape columns, with the value of a row when a test gives none */

const hourOfArrival = "timestamptz '2026-02-01 11:00+00'";

/** What a source says, in this project's words. @type {Shape} */
const received = {
  raw_test_id: ["bigint", "1"],
  source_system: ["text", "'chaos'"],
  source_run_id: ["text", "given.raw_test_id::text"],
  payload_hash: ["text", "'abc'"],
  app_id: ["integer", "1"],
  scenario_id: ["integer", "5"],
  outcome: ["text", "'passed'"],
  reason: ["text", "null"],
  start_time: ["timestamptz", "'2026-02-01 10:00+00'"],
  end_time: ["timestamptz", "'2026-02-01 10:01+00'"],
  duration_ms: ["bigint", "60000"],
  is_duration_raised: ["boolean", "false"],
  fault_at: ["timestamptz", "null"],
  detected_at: ["timestamptz", "null"],
  recovered_at: ["timestamptz", "null"],
  is_recovered: ["boolean", "true"],
  recovery_seconds: ["numeric", "60"],
  observed_seconds: ["numeric", "60"],
  detection_seconds: ["numeric", "null"],
  data_loss_seconds: ["numeric", "null"],
  recovery_basis: ["text", "'measured'"],
  is_synthetic: ["boolean", "false"],
  ingested_at: ["timestamptz", hourOfArrival],
  arrived_at: ["timestamptz", hourOfArrival],
  ingested_xid: ["xid8", "'7'"],
};

const { ingested_xid, ...decided } = received;

/** What became of it. @type {Shape} */
const result = {
  ...decided,
  disposition: ["text", "'staged'"],
  superseded_by: ["bigint", "null"],
  arrival_date: ["date", "'2026-02-01'"],
};

/** A test of gold and reports. @type {Shape} */
const reported = {
  app_id: ["integer", "1"],
  scenario_id: ["integer", "5"],
  test_date: ["date", "'2026-02-01'"],
  status: ["text", "'passed'"],
  duration_ms: ["bigint", "60000"],
  created_at: ["timestamptz", "'2026-02-03 00:00+00'"],
  rto_minutes: ["numeric", "30"],
  rto_result: ["text", "'met'"],
  rpo_result: ["text", "'not_measured'"],
  recovery_sample_seconds: ["numeric", "60"],
  detection_seconds: ["numeric", "null"],
  data_loss_seconds: ["numeric", "null"],
  recovery_basis: ["text", "'measured'"],
  is_synthetic: ["boolean", "false"],
};

/** A row of gold of so many passed tests as reported ones are. @type {Shape} */
const metrics = {
  app_id: ["integer", "1"],
  metric_date: ["date", "'2026-02-01'"],
  total_tests: ["integer", "1"],
  passed_tests: ["integer", "given.total_tests"],
  failed_tests: ["integer", "0"],
  uptime_percentage: ["numeric", "100"],
  avg_duration_ms: ["bigint", "60000"],
  mttr_minutes: ["numeric", "1"],
  rto_compliant: ["boolean", "true"],
  created_at: ["timestamptz", "'2026-02-03 00:00+00'"],
  max_duration_ms: ["bigint", "60000"],
  rto_breached_tests: ["integer", "0"],
  rto_requirement_minutes: ["numeric", "30"],
  rto_met_tests: ["integer", "given.total_tests"],
  rto_undetermined_tests: ["integer", "0"],
  rto_missing_tests: ["integer", "0"],
  rto_compliance_pct: ["numeric", "100"],
  pass_rate_low: ["numeric", "20.65433"],
  recovered_tests: ["integer", "given.total_tests"],
  unrecovered_tests: ["integer", "0"],
  p50_recovery_seconds: ["numeric", "60"],
  p95_recovery_seconds: ["numeric", "null"],
  p99_recovery_seconds: ["numeric", "null"],
  worst_recovery_seconds: ["numeric", "60"],
  longest_recovery_seconds: ["numeric", "60"],
  detected_tests: ["integer", "0"],
  mean_detection_seconds: ["numeric", "null"],
  rpo_met_tests: ["integer", "0"],
  rpo_breached_tests: ["integer", "0"],
  rpo_compliance_pct: ["numeric", "null"],
  worst_data_loss_seconds: ["numeric", "null"],
  proxy_tests: ["integer", "0"],
  synthetic_tests: ["integer", "0"],
  total_duration_ms: ["numeric", "given.total_tests * 60000"],
  total_recovery_seconds: ["numeric", "given.total_tests * 60"],
  total_detection_seconds: ["numeric", "null"],
  report_time_zone: ["text", "'UTC'"],
  includes_synthetic: ["boolean", "true"],
};

/** A staged test, without what the runner stamps on it. @type {Shape} */
const staged = (() => {
  const { outcome, reason, is_duration_raised, arrived_at, ...kept } = decided;
  return {
    ...kept,
    scenario_name: ["text", "'CPU Spike'"],
    status: ["text", "'passed'"],
    error_message: ["text", "null"],
    metadata_json: ["jsonb", "null"],
    created_at: ["timestamptz", "'2026-02-03 00:00+00'"],
    test_hour: ["integer", "10"],
    test_date: ["date", "'2026-02-01'"],
    duration_minutes: ["numeric(20, 5)", "1"],
    is_critical_failure: ["boolean", "false"],
    rto_minutes: ["numeric", "30"],
    rpo_minutes: ["numeric", "0"],
    rto_result: ["text", "'met'"],
    rpo_result: ["text", "'not_measured'"],
  };
})();

/** The columns of a staged test that only bronze has. @type {Shape} */
const raw = {
  test_id: ["bigint", "1"],
  scenario_name: ["text", "'CPU Spike'"],
  error_message: ["text", "null"],
  metadata_json: ["jsonb", "null"],
  created_at: ["timestamptz", "'2026-02-03 00:00+00'"],
  ingested_at: ["timestamptz", hourOfArrival],
  ingested_xid: ["xid8", "'7'"],
};

/** @type {Shape} */
const objective = {
  app_id: ["integer", "1"],
  rto_minutes: ["integer", "30"],
  rpo_minutes: ["integer", "0"],
  valid_from: ["date", "'2000-01-01'"],
  valid_to: ["date", "null"],
};

/** @type {Record<string, Shape>} */
const shapes = { received, result, reported, metrics, staged, raw, objective };

/**
 * A query of made-up rows for a unit test, which says only what the test is about.
 * @param {string} shape name of one of the shapes above
 * @param {string[]} columns those that the test gives; others than the shape's keep their type
 * @param {string} values SQL: rows as after VALUES
 * @param {Shape} others columns that are otherwise in all rows of this test
 * @returns {string} SQL
 */
function rows(shape, columns, values, others = {}) {
  const all = { ...shapes[shape], ...others };
  const given = columns.filter((name) => all[name] === undefined).map((name) => `given.${name}`);
  const selected = Object.entries(all).map(([name, [type, value]]) => {
    const isGiven = columns.includes(name);
    return `(${isGiven ? `given.${name}` : value})::${type} as ${name}`;
  });
  return `select ${[...given, ...selected].join(", ")}
  from (values ${values}) as given (${columns.join(", ")})`;
}

module.exports = { rows };
