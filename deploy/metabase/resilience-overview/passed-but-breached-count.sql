-- Resilience overview: Passed, but too slow
-- Tests that passed by their tool's word and took longer than the objective.
-- as: Number or table
-- variable window_days: Number: 7, 30 or 90; 90 when it is left empty
-- variable application: Text; all when it is left empty
with rows as (
  select window_days, reported_tests.app_id, count(*) as passed_but_breached_tests
  from resiliency.passed_but_breached_tests as passed_but_breached_tests
  inner join resiliency.reported_tests as reported_tests
    on passed_but_breached_tests.test_id = reported_tests.test_id
  inner join unnest(array[7, 30, 90]) as window_days
    on reported_tests.test_date between (select max(metric_date) from resiliency.fact_resiliency_metrics) - window_days + 1 and (select max(metric_date) from resiliency.fact_resiliency_metrics)
  group by 1, 2
  order by 1, 2
)
select coalesce(sum(rows.passed_but_breached_tests), 0) as passed_but_breached_tests
from rows
inner join resiliency.dim_applications as dim_applications
  on rows.app_id = dim_applications.app_id
where window_days = coalesce([[{{window_days}}::integer,]] 90) and (true [[and app_name = {{application}}]])
