import metrics from "../../includes/metrics.js";
import objectives from "../../includes/objectives.js";
import type { Query } from "./query.ts";

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

// What the strips are drawn from; numbers that are shown come from the views.
const fractions = "array[0.05, 0.25, 0.5, 0.75, 0.95]";

/** The queries of what is counted and measured, by application, window or scenario. */
export const metricQueries = {
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
    left join lateral ${objectives.ofDay(
      ["rto_minutes", "rpo_minutes", "slo_percent", "valid_from"],
      of("dim_recovery_objectives"),
      "dim_applications.app_id",
      today,
    )} as valid_objective
      on true
    order by dim_applications.app_id`,

  dependencies: ({ of, today }) => `
    select
      dim_application_dependencies.app_id,
      dim_application_dependencies.dependency_app_id,
      dim_applications.app_name as dependency_app_name,
      min(valid_objective.rto_minutes) as dependency_rto_minutes,
      min(dim_application_dependencies.reason) as reason
    from ${of("dim_application_dependencies")} as dim_application_dependencies
    inner join ${of("dim_applications")} as dim_applications
      on dim_application_dependencies.dependency_app_id = dim_applications.app_id
    left join lateral ${objectives.ofDay(
      ["rto_minutes"],
      of("dim_recovery_objectives"),
      "dim_application_dependencies.dependency_app_id",
      today,
    )} as valid_objective
      on true
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
} satisfies Record<string, Query>;
