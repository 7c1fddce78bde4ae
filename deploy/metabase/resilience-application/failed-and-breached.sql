-- Application: Failed and breached tests
-- Tests of the shown time that failed by their tool's word or took longer than the objective.
-- as: Table
-- variable application: Text; all when it is left empty
-- variable from: Date: the first day
-- variable until: Date: the day after the last
with rows as (
  select
    failed.test_id, failed.raw_test_id, failed.start_time, reported_tests.test_date,
    failed.app_id, failed.app_name, reported_tests.scenario_id, failed.scenario_name,
    failed.status, failed.rto_result, failed.rto_minutes, failed.recovery_seconds,
    reported_tests.is_recovered, failed.observed_seconds, failed.recovery_basis,
    failed.first_seen, failed.times_seen,
    failed.source_system, failed.source_run_id, failed.payload_hash, failed.is_synthetic
  
  from resiliency.failed_and_breached_tests as failed
  inner join resiliency.reported_tests as reported_tests
    on failed.test_id = reported_tests.test_id
  where reported_tests.test_date between (select max(metric_date) from resiliency.fact_resiliency_metrics) - 99999 and (select max(metric_date) from resiliency.fact_resiliency_metrics)
  order by failed.start_time desc, failed.raw_test_id desc
)
select
  start_time,
  scenario_name,
  status,
  rto_result,
  case
    when recovery_seconds is not null then round(ceil(recovery_seconds / 6) / 10, 1) || ' min'
    when not is_recovered then '> ' || trunc(observed_seconds / 60, 1) || ' min'
  end as recovery,
  rto_minutes,
  times_seen,
  source_system,
  payload_hash
from rows
where (true [[and app_name = {{application}}]]) and (true [[and start_time >= {{from}}::timestamptz]] [[and start_time < {{until}}::timestamptz]])
order by start_time desc, raw_test_id desc
limit 1000
