const { literal } = require("./calendar.js");
const { includesSynthetic } = require("./reporting.js");

/** The columns that the two fact tables have in common: the metrics of the tests of one day. */
const columns = {
  total_tests: "Conclusive tests that started that day: passed and failed ones.",
  passed_tests: "Tests that passed.",
  failed_tests: "Tests that failed.",
  uptime_percentage: "Pass rate: passed tests in per cent of all tests. Not availability.",
  avg_duration_ms: "Mean duration of all tests, in whole milliseconds.",
  mttr_minutes: "Mean recovery time of the recovered tests, in min; null when none recovered.",
  rto_compliant: "False when a test breached the objective, true when tests met it, else null.",
  created_at: "When the newest of the results was made by its source.",
  max_duration_ms: "Duration of the longest test, in milliseconds.",
  rto_breached_tests: "Tests that recovered later than the objective, or not within it.",
  rto_requirement_minutes: "Recovery time objective that was valid that day, in min, if any.",
  rto_met_tests: "Tests that recovered within the objective.",
  rto_undetermined_tests: "Tests watched for less than the objective, or of unknown recovery.",
  rto_missing_tests: "Tests for which there was no objective.",
  rto_compliance_pct: "Tests that met the objective in per cent of those that met or breached it.",
  pass_rate_low: "Lower end of the 95 % confidence interval (Wilson) of the pass rate, in per cent.",
  recovered_tests: "Tests with a recovery time: what mttr_minutes is the mean of.",
  unrecovered_tests: "Tests that had not recovered when the source stopped watching.",
  p50_recovery_seconds: "Median recovery time; unrecovered tests count as Infinity.",
  p95_recovery_seconds: "95th percentile of the recovery time; null below 20 tests.",
  p99_recovery_seconds: "99th percentile of the recovery time; null below 100 tests.",
  worst_recovery_seconds: "Longest recovery time; Infinity when a test did not recover.",
  longest_recovery_seconds: "Longest recovery time of the tests that recovered.",
  detected_tests: "Tests with a detection time.",
  mean_detection_seconds: "Mean time from the fault to its detection, in seconds.",
  rpo_met_tests: "Tests whose data loss was within the recovery point objective.",
  rpo_breached_tests: "Tests whose data loss was above it.",
  rpo_compliance_pct: "Tests that met it in per cent of those that met or breached it.",
  worst_data_loss_seconds: "Greatest data loss that was measured, in seconds.",
  proxy_tests: "Tests of which only the length is known; it is the recovery time of the failed ones.",
  synthetic_tests: "Tests with made-up results.",
  total_duration_ms: "Sum of the durations, to pool days.",
  total_recovery_seconds: "Sum of the recovery times of recovered_tests, to pool days.",
  total_detection_seconds: "Sum of the detection times, to pool days.",
  report_time_zone: "Time zone by which the day begins and ends.",
  includes_synthetic: "Whether synthetic tests were counted when the row was built.",
  published_at: "When the row was published in its present form.",
};

/** The conditions that every row of them meets; a new list each time, since core adds to it. */
function rowConditions() {
  return [
    "total_tests = passed_tests + failed_tests",
    "uptime_percentage between 0 and 100",
    "pass_rate_low between 0 and uptime_percentage",
    "(mttr_minutes is null) = (recovered_tests = 0)",
    `rto_met_tests + rto_breached_tests + rto_undetermined_tests + rto_missing_tests
        = total_tests`,
    "(rto_compliant is null) = (rto_met_tests + rto_breached_tests = 0)",
    "p50_recovery_seconds <= worst_recovery_seconds",
    "longest_recovery_seconds <= worst_recovery_seconds",
    "unrecovered_tests = 0 or worst_recovery_seconds = 'Infinity'",
  ];
}

/**
 * Settings by which they follow silver: a day of an application is counted again when one of its
 * tests changes, or when its row was deleted by hand.
 * @param {string} fact name of the fact table
 * @returns {Record<string, unknown>}
 */
function increments(fact) {
  return {
    follows: {
      stg_resiliency_tests: { app_id: "app_id", test_date: "metric_date" },
      [fact]: ["app_id", "metric_date"],
    },
    stamps: { published_at: "now()" },
    // older rows were checked when they were new; `dataform audit` counts every day again
    assertions: { rows: "new" },
  };
}

/**
 * The reported tests of the days to count.
 * @param {string} tests SQL: reported_tests
 * @param {string} fact name of the fact table
 * @param {boolean} isIncremental false for all days
 * @returns {string} SQL for FROM
 */
function testsOfDays(tests, fact, isIncremental) {
  const days = `(
      select app_id, test_date from pg_temp.stg_resiliency_tests__changed
      union
      select app_id, metric_date from pg_temp.${fact}__changed
    )`;
  if (!isIncremental) return `${tests} as tests_of_days`;
  // a join that each node of Citus does for itself
  return `(
    select rows.*
    from ${tests} as rows
    inner join ${days} as keys
      on rows.app_id = keys.app_id and rows.test_date = keys.test_date
  ) as tests_of_days`;
}

/**
 * The metrics of the reported tests of each day, as a query.
 * @param {string[]} keys columns of reported_tests, test_date among them, of which each combination is a row
 * @param {string} tests SQL: reported_tests, or those of some days
 * @param {typeof import("./metrics.js")} metrics the include of that name
 * @returns {string} SQL: the keys, test_date as metric_date, and the columns but published_at
 */
function query(keys, tests, metrics) {
  const { vars } = dataform.projectConfig;
  const named = keys.map((key) => (key === "test_date" ? "test_date as metric_date" : key));
  return `select
  ${named.join(",\n  ")},
  ${results(metrics)},
  ${literal(vars.reportTimeZone)} as report_time_zone,
  ${includesSynthetic(vars)} as includes_synthetic
from (
  select
    ${keys.join(",\n    ")},
    ${aggregates()}
  from ${tests}
  group by ${keys.join(", ")}
) as tests_per_day`;
}

/**
 * The additive and ordered values of a group of reported tests, as columns of a select list.
 * @returns {string} SQL, without a comma at the end
 */
function aggregates() {
  return [
    "count(*) as total_tests",
    "count(*) filter (where status = 'passed') as passed_tests",
    "count(*) filter (where status = 'failed') as failed_tests",
    "sum(duration_ms) as total_duration_ms",
    "max(duration_ms) as max_duration_ms",
    "max(created_at) as created_at",
    "max(rto_minutes) as rto_requirement_minutes",
    ...["met", "breached", "undetermined"].map(verdict("rto_result", "rto")),
    "count(*) filter (where rto_result = 'missing_objective') as rto_missing_tests",
    ...recoveryAggregates(),
    "count(detection_seconds) as detected_tests",
    "sum(detection_seconds) as total_detection_seconds",
    ...["met", "breached"].map(verdict("rpo_result", "rpo")),
    "max(data_loss_seconds) as worst_data_loss_seconds",
    "count(*) filter (where recovery_basis = 'duration_proxy') as proxy_tests",
    "count(*) filter (where is_synthetic) as synthetic_tests",
  ].join(",\n    ");
}

/**
 * The metrics of one group from its aggregates, as columns of a select list in the order of `columns`;
 * the last three columns are not among them.
 * @param {typeof import("./metrics.js")} metrics the include of that name
 * @returns {string} SQL, without a comma at the end
 */
function results(metrics) {
  const { percent, wilsonLow, meanMinutes } = metrics;
  return [
    "total_tests::integer as total_tests",
    "passed_tests::integer as passed_tests",
    "failed_tests::integer as failed_tests",
    `${percent("passed_tests", "total_tests")}::numeric(8, 5) as uptime_percentage`,
    "round(total_duration_ms / total_tests)::bigint as avg_duration_ms",
    `${meanMinutes("total_recovery_seconds", "recovered_tests")} as mttr_minutes`,
    "case when rto_met_tests + rto_breached_tests > 0 then rto_breached_tests = 0 end as rto_compliant",
    "created_at",
    "max_duration_ms",
    "rto_breached_tests::integer as rto_breached_tests",
    "trim_scale(rto_requirement_minutes) as rto_requirement_minutes",
    ...["rto_met_tests", "rto_undetermined_tests", "rto_missing_tests"].map(whole),
    `${percent("rto_met_tests", "(rto_met_tests + rto_breached_tests)")} as rto_compliance_pct`,
    `${wilsonLow("passed_tests", "total_tests")} as pass_rate_low`,
    ...["recovered_tests", "unrecovered_tests"].map(whole),
    ...percentiles(metrics),
    whole("detected_tests"),
    "round(total_detection_seconds / nullif(detected_tests, 0), 5) as mean_detection_seconds",
    ...["rpo_met_tests", "rpo_breached_tests"].map(whole),
    `${percent("rpo_met_tests", "(rpo_met_tests + rpo_breached_tests)")} as rpo_compliance_pct`,
    "trim_scale(worst_data_loss_seconds) as worst_data_loss_seconds",
    ...["proxy_tests", "synthetic_tests"].map(whole),
    "total_duration_ms::numeric as total_duration_ms",
    "trim_scale(total_recovery_seconds) as total_recovery_seconds",
    "trim_scale(total_detection_seconds) as total_detection_seconds",
  ].join(",\n  ");
}

/**
 * The recovery times of one group from its aggregates, as columns of a select list: counts, mean,
 * percentiles, worst and longest.
 * @param {typeof import("./metrics.js")} metrics the include of that name
 * @returns {string} SQL, without a comma at the end
 */
function recoveries(metrics) {
  return [
    "coalesce(recovered_tests, 0) as recovered_tests",
    "coalesce(unrecovered_tests, 0) as unrecovered_tests",
    `${metrics.meanMinutes("total_recovery_seconds", "recovered_tests")} as mttr_minutes`,
    ...percentiles(metrics),
  ].join(",\n  ");
}

/**
 * The columns in which two rows differ, with both values.
 * @param {string} counted SQL of type jsonb, an object; null without a row
 * @param {string} inGold the same
 * @returns {string} SQL of type jsonb, an object
 */
function differences(counted, inGold) {
  return `(
    select jsonb_object_agg(key, jsonb_build_object('tests', ${counted} -> key, 'gold', ${inGold} -> key))
    from jsonb_object_keys(coalesce(${counted}, ${inGold})) as key
    where ${counted} -> key is distinct from ${inGold} -> key
  )`;
}

// one population for the mean, the percentiles and the counts
function recoveryAggregates() {
  const finite = "filter (where recovery_sample_seconds < 'Infinity')";
  return [
    `count(*) ${finite} as recovered_tests`,
    "count(*) filter (where recovery_sample_seconds = 'Infinity') as unrecovered_tests",
    `sum(recovery_sample_seconds) ${finite} as total_recovery_seconds`,
    `max(recovery_sample_seconds) ${finite} as longest_recovery_seconds`,
    "max(recovery_sample_seconds) as worst_recovery_seconds",
    "percentile_disc(array[0.5, 0.95, 0.99]) within group (order by recovery_sample_seconds)" +
      " as recovery_percentiles",
  ];
}

/** @param {typeof import("./metrics.js")} metrics */
function percentiles({ percentile }) {
  const recoveries = "(recovered_tests + unrecovered_tests)";
  return [
    `${percentile("recovery_percentiles", 1, recoveries, 1)} as p50_recovery_seconds`,
    `${percentile("recovery_percentiles", 2, recoveries, 20)} as p95_recovery_seconds`,
    `${percentile("recovery_percentiles", 3, recoveries, 100)} as p99_recovery_seconds`,
    "trim_scale(worst_recovery_seconds) as worst_recovery_seconds",
    "trim_scale(longest_recovery_seconds) as longest_recovery_seconds",
  ];
}

/** @param {string} column */
function whole(column) {
  return `${column}::integer as ${column}`;
}

/**
 * @param {string} column
 * @param {string} prefix
 * @returns {(result: string) => string}
 */
function verdict(column, prefix) {
  return (result) => `count(*) filter (where ${column} = '${result}') as ${prefix}_${result}_tests`;
}

module.exports = {
  columns,
  rowConditions,
  increments,
  query,
  testsOfDays,
  aggregates,
  results,
  recoveries,
  differences,
};
