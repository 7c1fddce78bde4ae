-- Resilience overview: How long does recovery take, by kind of fault?
-- Tests of all applications in the window. Percentiles are empty below 20 recoveries.
-- as: Table
-- variable window_days: Number: 7, 30 or 90; 90 when it is left empty
with rows as (
  select * from resiliency.recovery_distribution as recovery_distribution
  order by window_days, scenario_id
)
select
  scenario_name,
  recovered_tests,
  unrecovered_tests,
  case when p50_recovery_seconds = 'Infinity' then 'never' else round(ceil(p50_recovery_seconds / 6) / 10, 1) || ' min' end as median,
  case when p95_recovery_seconds = 'Infinity' then 'never' else round(ceil(p95_recovery_seconds / 6) / 10, 1) || ' min' end as p95,
  round(ceil(nullif(longest_recovery_seconds, 'Infinity') / 6) / 10, 1) as longest_minutes
from rows
where window_days = coalesce([[{{window_days}}::integer,]] 90)
order by p95_recovery_seconds desc nulls last, scenario_name
