-- Application: Passed by the tool's word, and too slow
-- Tests of the shown time that passed and took longer than the objective.
-- as: Table
-- variable application: Text; all when it is left empty
-- variable from: Date: the first day
-- variable until: Date: the day after the last
with rows as (
  select
    passed_but_breached_tests.*, reported_tests.test_date, reported_tests.scenario_id,
    reported_tests.is_recovered
  from resiliency.passed_but_breached_tests as passed_but_breached_tests
  inner join resiliency.reported_tests as reported_tests
    on passed_but_breached_tests.test_id = reported_tests.test_id
  where reported_tests.test_date between (select max(metric_date) from resiliency.fact_resiliency_metrics) - 99999 and (select max(metric_date) from resiliency.fact_resiliency_metrics)
  order by passed_but_breached_tests.start_time desc, passed_but_breached_tests.raw_test_id desc
)
select
  start_time,
  scenario_name,
  case
    when recovery_seconds is not null then round(ceil(recovery_seconds / 6) / 10, 1) || ' min'
    when not is_recovered then '> ' || trunc(observed_seconds / 60, 1) || ' min'
  end as recovery,
  rto_minutes,
  source_system,
  payload_hash
from rows
where (true [[and app_name = {{application}}]]) and (true [[and start_time >= {{from}}::timestamptz]] [[and start_time < {{until}}::timestamptz]])
order by start_time desc, raw_test_id desc
limit 1000
