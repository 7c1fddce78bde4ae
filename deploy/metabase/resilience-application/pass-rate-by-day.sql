-- Application: Tests by day
-- Conclusive tests and those that failed by their tool's word, by day of the start.
-- as: Bar
-- variable application: Text; all when it is left empty
-- variable from: Date: the first day
-- variable until: Date: the day after the last
with rows as (
  select * from resiliency.daily_uptime as daily_uptime
  where metric_date between (select max(metric_date) from resiliency.fact_resiliency_metrics) - 99999 and (select max(metric_date) from resiliency.fact_resiliency_metrics)
  order by metric_date desc, app_id
)
select time, total_tests, failed_tests
from (
  select ((metric_date)::timestamp at time zone 'UTC') as time, total_tests, failed_tests
  from rows
  where (true [[and app_name = {{application}}]])
) as days
where (true [[and time >= {{from}}::timestamptz]] [[and time < {{until}}::timestamptz]])
order by 1
