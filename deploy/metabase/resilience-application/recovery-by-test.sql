-- Application: How long did each recovery take, beside the objective of its day?
-- Tests of the last 90 days with tests, in minutes. A test that never recovered has no point here; it is in the list of failed and breached tests.
-- as: Scatter
-- variable application: Text; all when it is left empty
-- variable from: Date: the first day
-- variable until: Date: the day after the last
with rows as (
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
  
  
  from resiliency.metric_lineage as metric_lineage
  inner join resiliency.reported_tests as reported_tests
    on metric_lineage.test_id = reported_tests.test_id
  left join resiliency.dim_test_scenarios as dim_test_scenarios
    on reported_tests.scenario_id = dim_test_scenarios.scenario_id
  where metric_lineage.app_id = any(array(select app_id from resiliency.dim_applications where (true [[and app_name = {{application}}]])))
    and (
      metric_lineage.metric_date between (select max(metric_date) from resiliency.fact_resiliency_metrics) - 89 and (select max(metric_date) from resiliency.fact_resiliency_metrics)
      or metric_lineage.raw_test_id = any(array[]::bigint[])
    )
  order by reported_tests.start_time desc, reported_tests.raw_test_id desc
)
select
  start_time as time,
  round(ceil(nullif(recovery_seconds, 'Infinity') / 6) / 10, 1)::double precision as recovery_minutes,
  rto_minutes::double precision as rto_minutes
from rows
where recovery_seconds is not null and (true [[and start_time >= {{from}}::timestamptz]] [[and start_time < {{until}}::timestamptz]])
order by 1
