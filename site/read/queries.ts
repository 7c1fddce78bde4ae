import metrics from "../../includes/metrics.js";
import objectives from "../../includes/objectives.js";

/** What the SQL of a query is made for. */
export interface QueryContext {
  /** Gives the full name of a relation of the warehouse, by its short one. */
  of: (relation: string) => string;
  /** SQL of type date: the day that the report calls today. */
  today: string;
  /** SQL of type date: the last day of every window; null without a test. */
  last: string;
  /** Days of the window that the report is about: 7, 30 or 90. */
  days: number;
  /** SQL condition on app_id or app_name: the applications that pooled numbers are about, if not all. */
  chosenApplications: string | undefined;
  /** Whether texts of the sources, such as error messages, are read at all. */
  withSamples: boolean;
}

/** Takes where it is asked and returns the text of a query. */
export type Query = (context: QueryContext) => string;

const kept = ["rto_met_tests", "(rto_met_tests + rto_breached_tests)"] as const;
const keptColumns = `
    ${metrics.percent(...kept)} as kept_pct,
    ${metrics.wilsonLow(...kept)} as kept_low,
    ${metrics.wilsonHigh(...kept)} as kept_high`;
const passed = ["passed_tests", "total_tests"] as const;

/** Applications by window, before all others: the days of the windows come from here. */
export const windowsQuery: Query = ({ of }) => `
  select window_metrics.*, ${keptColumns}
  from ${of("window_metrics")} as window_metrics
  order by window_days, app_id`;

/** The columns of a test that every list of tests has besides its own. */
function detailsOfTest(withSamples: boolean): string {
  return withSamples ? ", left(reported_tests.error_message, 1000) as error_message" : "";
}

const inWindow = ({ last, days }: QueryContext) =>
  `reported_tests.test_date between ${last} - ${days - 1} and ${last}`;

// What the strips are drawn from; numbers that are shown come from the views.
const fractions = "array[0.05, 0.25, 0.5, 0.75, 0.95]";

/**
 * Every query of the report by the name of its file. They stand once: pages, CSV, JSON and dashboards
 * take them from here. Each reads views and gold; none decides what a test counts for.
 */
export const queries = {
  applications: ({ of, today }) => `
    select
      dim_applications.app_id,
      dim_applications.app_name,
      dim_applications.is_critical,
      dim_applications.owner_team,
      dim_applications.description,
      valid_objective.rto_minutes,
      valid_objective.rpo_minutes,
      valid_objective.slo_percent,
      valid_objective.valid_from
    from ${of("dim_applications")} as dim_applications
    left join lateral (
      select *
      from ${of("dim_recovery_objectives")} as dim_recovery_objectives
      where dim_recovery_objectives.app_id = dim_applications.app_id
        and ${objectives.isValidOn("dim_recovery_objectives", today)}
      order by dim_recovery_objectives.valid_from desc
      limit 1
    ) as valid_objective
      on true
    order by dim_applications.app_id`,

  dependencies: ({ of, today }) => `
    select
      dim_application_dependencies.app_id,
      dim_application_dependencies.dependency_app_id,
      dim_applications.app_name as dependency_app_name,
      min(dim_application_dependencies.reason) as reason
    from ${of("dim_application_dependencies")} as dim_application_dependencies
    inner join ${of("dim_applications")} as dim_applications
      on dim_application_dependencies.dependency_app_id = dim_applications.app_id
    where ${objectives.isValidOn("dim_application_dependencies", today)}
    group by 1, 2, 3
    order by 1, 2`,

  all_applications: ({ of, chosenApplications }) => `
    with pooled as (
      select
        window_days,
        min(first_date) as first_date,
        min(last_date) as last_date,
        sum(total_tests) as total_tests,
        sum(passed_tests) as passed_tests,
        sum(failed_tests) as failed_tests,
        sum(rto_met_tests) as rto_met_tests,
        sum(rto_breached_tests) as rto_breached_tests,
        sum(rto_undetermined_tests) as rto_undetermined_tests,
        sum(rto_missing_tests) as rto_missing_tests,
        sum(recovered_tests) as recovered_tests,
        sum(unrecovered_tests) as unrecovered_tests,
        sum(proxy_tests) as proxy_tests,
        sum(synthetic_tests) as synthetic_tests
      from ${of("window_metrics")} as window_metrics
      ${chosenApplications === undefined ? "" : `where ${chosenApplications}`}
      group by window_days
    )
    select
      pooled.*,
      ${keptColumns},
      ${metrics.percent("unrecovered_tests", "(recovered_tests + unrecovered_tests)")}
        as unrecovered_pct
    from pooled
    order by window_days`,

  passed_but_breached_by_window: ({ of, last }) => `
    select window_days, reported_tests.app_id, count(*) as passed_but_breached_tests
    from ${of("passed_but_breached_tests")} as passed_but_breached_tests
    inner join ${of("reported_tests")} as reported_tests
      on passed_but_breached_tests.test_id = reported_tests.test_id
    inner join unnest(array[7, 30, 90]) as window_days
      on reported_tests.test_date between ${last} - window_days + 1 and ${last}
    group by 1, 2
    order by 1, 2`,

  spans_of_7_days: ({ of, last }) => `
    with spans as (
      select
        app_id,
        ${last} - (${last} - test_date) / 7 * 7 as last_date,
        count(*) as total_tests,
        count(*) filter (where status = 'passed') as passed_tests,
        count(*) filter (where rto_result = 'met') as rto_met_tests,
        count(*) filter (where rto_result = 'breached') as rto_breached_tests,
        count(*) filter (where rto_result = 'breached' and status = 'passed')
          as passed_but_breached_tests,
        count(recovery_sample_seconds) as recoveries,
        count(*) filter (where recovery_sample_seconds = 'Infinity') as unrecovered_tests
      from ${of("reported_tests")} as reported_tests
      where test_date between ${last} - 83 and ${last}
      group by 1, 2
    )
    select
      spans.*,
      ${metrics.percent(...passed)} as pass_rate,
      ${metrics.wilsonLow(...passed)} as pass_rate_low,
      ${metrics.wilsonHigh(...passed)} as pass_rate_high,
      ${keptColumns}
    from spans
    order by app_id, last_date`,

  recovery_by_application: ({ of, last }) => `
    select
      window_days,
      app_id,
      count(*) as recoveries,
      percentile_disc(${fractions}) within group (order by used) as percentiles,
      max(used) filter (where used < 'Infinity') as longest,
      case when count(*) < 20 then array_agg(used order by used) end as dots
    from unnest(array[7, 30, 90]) as window_days
    inner join (
      select
        reported_tests.app_id,
        reported_tests.test_date,
        trim_scale(round(recovery_sample_seconds / (rto_minutes * 0.6), 2)) as used
      from ${of("reported_tests")} as reported_tests
      where recovery_sample_seconds is not null and rto_minutes is not null
    ) as tests
      on tests.test_date between ${last} - window_days + 1 and ${last}
    group by 1, 2
    order by 1, 2`,

  recovery_by_scenario: ({ of, last }) => `
    select
      window_days,
      scenario_id,
      count(*) as recoveries,
      percentile_disc(${fractions}) within group (order by recovery_sample_seconds)
        as percentiles,
      max(recovery_sample_seconds) filter (where recovery_sample_seconds < 'Infinity')
        as longest,
      case when count(*) < 20 then array_agg(recovery_sample_seconds order by recovery_sample_seconds) end as dots
    from unnest(array[7, 30, 90]) as window_days
    inner join ${of("reported_tests")} as reported_tests
      on reported_tests.test_date between ${last} - window_days + 1 and ${last}
      and recovery_sample_seconds is not null
    group by 1, 2
    order by 1, 2`,

  recovery_distribution: ({ of }) => `
    select * from ${of("recovery_distribution")} as recovery_distribution
    order by window_days, scenario_id`,

  coverage_matrix: ({ of }) => `
    select * from ${of("coverage_matrix")} as coverage_matrix
    where coverage != 'not_required'
    order by app_id, scenario_id`,

  coverage_by_application: ({ of }) => `
    select * from ${of("coverage_by_application")} as coverage_by_application order by app_id`,

  overdue_tests: ({ of }) => `
    select * from ${of("overdue_tests")} as overdue_tests
    order by days_overdue desc nulls first, is_critical desc, app_id, scenario_id`,

  rto_evidence_register: ({ of }) => `
    select
      rto_evidence_register.*,
      coverage_matrix.every_days,
      coverage_matrix.coverage
    from ${of("rto_evidence_register")} as rto_evidence_register
    left join ${of("coverage_matrix")} as coverage_matrix
      on rto_evidence_register.app_id = coverage_matrix.app_id
      and rto_evidence_register.scenario_id = coverage_matrix.scenario_id
    order by is_critical desc, app_id, scenario_id`,

  findings: ({ of, last, days, withSamples }) => `
    select
      app_id, app_name, owner_team, scenario_id, scenario_name, opened_at, bad_tests,
      retested_at, closed_at, days_to_close, state, opened_by_raw_test_id,
      closed_by_raw_test_id, synthetic_tests
      ${withSamples ? ", left(error_message, 1000) as error_message" : ""}
    from ${of("findings")} as findings
    where closed_at is null or closed_at >= ${last} - ${days - 1}
    order by closed_at is not null, opened_at desc, app_id, scenario_id`,

  failed_and_breached_tests: (context) => `
    select
      failed.test_id, failed.raw_test_id, failed.start_time, reported_tests.test_date,
      failed.app_id, failed.app_name, reported_tests.scenario_id, failed.scenario_name,
      failed.status, failed.rto_result, failed.rto_minutes, failed.recovery_seconds,
      failed.observed_seconds, failed.recovery_basis, failed.first_seen, failed.times_seen,
      failed.source_system, failed.source_run_id, failed.payload_hash, failed.is_synthetic
      ${detailsOfTest(context.withSamples)}
    from ${context.of("failed_and_breached_tests")} as failed
    inner join ${context.of("reported_tests")} as reported_tests
      on failed.test_id = reported_tests.test_id
    where ${inWindow(context)}
    order by failed.start_time desc, failed.raw_test_id desc`,

  passed_but_breached_tests: (context) => `
    select passed_but_breached_tests.*, reported_tests.test_date, reported_tests.scenario_id
    from ${context.of("passed_but_breached_tests")} as passed_but_breached_tests
    inner join ${context.of("reported_tests")} as reported_tests
      on passed_but_breached_tests.test_id = reported_tests.test_id
    where ${inWindow(context)}
    order by passed_but_breached_tests.start_time desc, passed_but_breached_tests.raw_test_id desc`,

  flaky_and_regressed_pairs: ({ of }) => `
    select * from ${of("flaky_and_regressed_pairs")} as flaky_and_regressed_pairs
    order by app_id, scenario_id`,

  dependencies_with_longer_rto: ({ of }) => `
    select * from ${of("dependencies_with_longer_rto")} as dependencies_with_longer_rto
    order by is_critical desc, app_id, excess_minutes desc nulls first, dependency_app_id`,

  rto_margin_ranking: ({ of }) => `
    select * from ${of("rto_margin_ranking")} as rto_margin_ranking
    order by margin_rank, app_id, scenario_id`,

  mttr_by_scenario: ({ of }) => `
    select * from ${of("mttr_by_scenario")} as mttr_by_scenario order by scenario_id`,

  weekly_trend: ({ of, last }) => `
    select * from ${of("weekly_trend")} as weekly_trend
    where week_date > ${last} - 91
    order by week_date desc, app_id`,

  daily_uptime: ({ of, last, days }) => `
    select * from ${of("daily_uptime")} as daily_uptime
    where metric_date between ${last} - ${days - 1} and ${last}
    order by metric_date desc, app_id`,

  data_quality: ({ of }) => `
    select * from ${of("data_quality")} as data_quality order by source_system`,

  quarantined_by_reason: ({ of }) => `
    select * from ${of("quarantined_by_reason")} as quarantined_by_reason
    order by source_system, quarantined_rows desc, reason`,

  scenario_names_received: ({ of }) => `
    select scenario_names_received.*, dim_test_scenarios.scenario_name as matched_name
    from ${of("scenario_names_received")} as scenario_names_received
    left join ${of("dim_test_scenarios")} as dim_test_scenarios
      on scenario_names_received.scenario_id = dim_test_scenarios.scenario_id
    order by scenario_names_received.scenario_id = 0 desc, total_tests desc, 1`,

  completeness: ({ of }) => `select * from ${of("completeness")} as completeness`,

  weekly_summary: ({ of }) => `
    select * from ${of("weekly_summary")} as weekly_summary order by line_no`,
} satisfies Record<string, Query>;

/** The name of a query and of its file. */
export type QueryName = keyof typeof queries;

/**
 * The tests of one application that any of its numbers counts, with what proves each, newest first;
 * also those of an earlier day that are evidence, by their numbers in bronze.
 */
export function testsOfApplication(
  context: QueryContext,
  appId: string,
  evidence: readonly string[],
): string {
  const { of, last, withSamples } = context;
  return `
    select
      reported_tests.raw_test_id,
      reported_tests.start_time,
      reported_tests.test_date,
      reported_tests.scenario_id,
      case
        when reported_tests.scenario_id = 0 then reported_tests.scenario_name
        else dim_test_scenarios.scenario_name
      end as scenario_name,
      reported_tests.status,
      reported_tests.rto_result,
      reported_tests.rto_minutes,
      reported_tests.is_recovered,
      trim_scale(reported_tests.recovery_seconds) as recovery_seconds,
      trim_scale(reported_tests.observed_seconds) as observed_seconds,
      metric_lineage.recovery_sample_seconds,
      reported_tests.recovery_basis,
      reported_tests.source_system,
      reported_tests.source_run_id,
      metric_lineage.payload_hash,
      metric_lineage.is_payload_unchanged,
      reported_tests.is_synthetic
      ${detailsOfTest(withSamples)}
      ${withSamples ? ", left(metric_lineage.raw_payload, 2000) as raw_payload" : ""}
    from ${of("metric_lineage")} as metric_lineage
    inner join ${of("reported_tests")} as reported_tests
      on metric_lineage.test_id = reported_tests.test_id
    left join ${of("dim_test_scenarios")} as dim_test_scenarios
      on reported_tests.scenario_id = dim_test_scenarios.scenario_id
    where metric_lineage.app_id = ${appId}
      and (
        metric_lineage.metric_date between ${last} - 89 and ${last}
        or metric_lineage.raw_test_id = any(array[${evidence.map(Number).join(", ")}]::bigint[])
      )
    order by reported_tests.start_time desc, reported_tests.raw_test_id desc`;
}

/** By window and scenario: how many recoveries of an application were within the objective of their day. */
export function recoveriesOfApplication({ of, last }: QueryContext, appId: string): string {
  return `
    with counted as (
      select
        window_days,
        scenario_id,
        count(*) as recoveries,
        count(*) filter (where recovery_sample_seconds <= rto_minutes * 60) as in_time,
        count(*) filter (where recovery_sample_seconds = 'Infinity') as unrecovered_tests
      from unnest(array[7, 30, 90]) as window_days
      inner join ${of("reported_tests")} as reported_tests
        on app_id = ${appId}
        and test_date between ${last} - window_days + 1 and ${last}
        and recovery_sample_seconds is not null
      group by 1, 2
    )
    select
      counted.*,
      dim_test_scenarios.scenario_name,
      ${metrics.percent("in_time", "recoveries")} as in_time_pct,
      ${metrics.wilsonLow("in_time", "recoveries")} as in_time_low,
      ${metrics.wilsonHigh("in_time", "recoveries")} as in_time_high
    from counted
    left join ${of("dim_test_scenarios")} as dim_test_scenarios
      on counted.scenario_id = dim_test_scenarios.scenario_id
    order by window_days, recoveries desc, scenario_id`;
}
