-- Resilience overview: Better or worse?
-- Objectives kept, in per cent, in spans of 7 days that end with the newest day of tests, for twelve weeks. A span without judged tests has no point.
-- as: Line
-- variable application: Text; all when it is left empty
-- variable from: Date: the first day
-- variable until: Date: the day after the last
with rows as (
  with spans as (
    select
      app_id,
      (select max(metric_date) from resiliency.fact_resiliency_metrics) - ((select max(metric_date) from resiliency.fact_resiliency_metrics) - test_date) / 7 * 7 as last_date,
      count(*) as total_tests,
      count(*) filter (where status = 'passed') as passed_tests,
      count(*) filter (where rto_result = 'met') as rto_met_tests,
      count(*) filter (where rto_result = 'breached') as rto_breached_tests,
      count(*) filter (where rto_result = 'breached' and status = 'passed')
        as passed_but_breached_tests,
      count(recovery_sample_seconds) as recoveries,
      count(*) filter (where recovery_sample_seconds = 'Infinity') as unrecovered_tests
    from resiliency.reported_tests as reported_tests
    where test_date between (select max(metric_date) from resiliency.fact_resiliency_metrics) - 83 and (select max(metric_date) from resiliency.fact_resiliency_metrics)
    group by 1, 2
  )
  select
    spans.*,
    round(100.0 * passed_tests / nullif(total_tests, 0), 5) as pass_rate,
    round(50 * (2 * passed_tests + 3.8416 - 1.96 * sqrt(3.8416 + 4.0 * passed_tests * (total_tests - passed_tests) / nullif(total_tests, 0))) / (total_tests + 3.8416), 5) as pass_rate_low,
    round(50 * (2 * passed_tests + 3.8416 + 1.96 * sqrt(3.8416 + 4.0 * passed_tests * (total_tests - passed_tests) / nullif(total_tests, 0))) / (total_tests + 3.8416), 5) as pass_rate_high,
  
  round(100.0 * rto_met_tests / nullif((rto_met_tests + rto_breached_tests), 0), 5) as kept_pct,
  round(50 * (2 * rto_met_tests + 3.8416 - 1.96 * sqrt(3.8416 + 4.0 * rto_met_tests * ((rto_met_tests + rto_breached_tests) - rto_met_tests) / nullif((rto_met_tests + rto_breached_tests), 0))) / ((rto_met_tests + rto_breached_tests) + 3.8416), 5) as kept_low,
  round(50 * (2 * rto_met_tests + 3.8416 + 1.96 * sqrt(3.8416 + 4.0 * rto_met_tests * ((rto_met_tests + rto_breached_tests) - rto_met_tests) / nullif((rto_met_tests + rto_breached_tests), 0))) / ((rto_met_tests + rto_breached_tests) + 3.8416), 5) as kept_high
  from spans
  order by app_id, last_date
)
select time, metric, kept_pct
from (
  select
    ((rows.last_date)::timestamp at time zone 'UTC') as time,
    dim_applications.app_name as metric,
    trunc(rows.kept_pct, 1)::double precision as kept_pct
  from rows
  inner join resiliency.dim_applications as dim_applications
    on rows.app_id = dim_applications.app_id
  where rows.kept_pct is not null and (true [[and app_name = {{application}}]])
) as spans
where (true [[and time >= {{from}}::timestamptz]] [[and time < {{until}}::timestamptz]])
order by 1, 2
