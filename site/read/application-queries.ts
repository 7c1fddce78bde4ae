import metrics from "../../includes/metrics.js";
import { detailsOfTest, type QueryContext } from "./query.ts";

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

const inTime = ["in_time", "recoveries_with_objective"] as const;

/** By window and scenario: how many recoveries of an application were within the objective of their day. */
export function recoveriesOfApplication({ of, last }: QueryContext, appId: string): string {
  return `
    with counted as (
      select
        window_days,
        scenario_id,
        count(*) as recoveries,
        count(rto_minutes) as recoveries_with_objective,
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
      ${metrics.percent(...inTime)} as in_time_pct,
      ${metrics.wilsonLow(...inTime)} as in_time_low,
      ${metrics.wilsonHigh(...inTime)} as in_time_high
    from counted
    left join ${of("dim_test_scenarios")} as dim_test_scenarios
      on counted.scenario_id = dim_test_scenarios.scenario_id
    order by window_days, recoveries desc, scenario_id`;
}
