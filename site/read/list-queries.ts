import { quoteLiteral } from "../../runner/names/identifiers.ts";
import { detailsOfTest, type Query, type QueryContext } from "./query.ts";

const inWindow = ({ last, days }: QueryContext) =>
  `reported_tests.test_date between ${last} - ${days - 1} and ${last}`;

/** The queries of lists: tests, findings, gaps and what the sources delivered. */
export const listQueries = {
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
      reported_tests.is_recovered,
      coverage_matrix.every_days,
      coverage_matrix.coverage
    from ${of("rto_evidence_register")} as rto_evidence_register
    left join ${of("reported_tests")} as reported_tests
      on rto_evidence_register.test_id = reported_tests.test_id
    left join ${of("coverage_matrix")} as coverage_matrix
      on rto_evidence_register.app_id = coverage_matrix.app_id
      and rto_evidence_register.scenario_id = coverage_matrix.scenario_id
    order by is_critical desc, app_id, scenario_id`,

  findings: ({ of, last, days, timeZone, withSamples }) => `
    select
      app_id, app_name, owner_team, scenario_id, scenario_name, opened_at, bad_tests,
      retested_at, closed_at, days_to_close, state, opened_by_raw_test_id,
      closed_by_raw_test_id, synthetic_tests,
      (opened_at at time zone ${quoteLiteral(timeZone)})::date as opened_date
      ${withSamples ? ", left(error_message, 1000) as error_message" : ""}
    from ${of("findings")} as findings
    where closed_at is null
      or (closed_at at time zone ${quoteLiteral(timeZone)})::date >= ${last} - ${days - 1}
    order by closed_at is not null, opened_at desc, app_id, scenario_id`,

  failed_and_breached_tests: (context) => `
    select
      failed.test_id, failed.raw_test_id, failed.start_time, reported_tests.test_date,
      failed.app_id, failed.app_name, reported_tests.scenario_id, failed.scenario_name,
      failed.status, failed.rto_result, failed.rto_minutes, failed.recovery_seconds,
      reported_tests.is_recovered, failed.observed_seconds, failed.recovery_basis,
      failed.first_seen, failed.times_seen,
      failed.source_system, failed.source_run_id, failed.payload_hash, failed.is_synthetic
      ${detailsOfTest(context.withSamples)}
    from ${context.of("failed_and_breached_tests")} as failed
    inner join ${context.of("reported_tests")} as reported_tests
      on failed.test_id = reported_tests.test_id
    where ${inWindow(context)}
    order by failed.start_time desc, failed.raw_test_id desc`,

  passed_but_breached_tests: (context) => `
    select
      passed_but_breached_tests.*, reported_tests.test_date, reported_tests.scenario_id,
      reported_tests.is_recovered
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
