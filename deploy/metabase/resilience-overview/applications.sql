-- Resilience overview: Which application keeps its objective least often?
-- Tests of the window by application, with Wilson's 95 % interval. Percentiles are empty below 20 recoveries; 'never' is a test that did not recover while it was watched.
-- as: Table
-- variable window_days: Number: 7, 30 or 90; 90 when it is left empty
-- variable application: Text; all when it is left empty
with rows as (
  select window_metrics.*, 
    round(100.0 * rto_met_tests / nullif((rto_met_tests + rto_breached_tests), 0), 5) as kept_pct,
    round(50 * (2 * rto_met_tests + 3.8416 - 1.96 * sqrt(3.8416 + 4.0 * rto_met_tests * ((rto_met_tests + rto_breached_tests) - rto_met_tests) / nullif((rto_met_tests + rto_breached_tests), 0))) / ((rto_met_tests + rto_breached_tests) + 3.8416), 5) as kept_low,
    round(50 * (2 * rto_met_tests + 3.8416 + 1.96 * sqrt(3.8416 + 4.0 * rto_met_tests * ((rto_met_tests + rto_breached_tests) - rto_met_tests) / nullif((rto_met_tests + rto_breached_tests), 0))) / ((rto_met_tests + rto_breached_tests) + 3.8416), 5) as kept_high
  from resiliency.window_metrics as window_metrics
  order by window_days, app_id
)
select
  app_name,
  trunc(kept_pct, 1) as kept_pct,
  trunc(kept_low, 1) as kept_low,
  trunc(kept_high, 1) as kept_high,
  rto_met_tests + rto_breached_tests as judged_tests,
  rto_breached_tests as breached_tests,
  unrecovered_tests,
  case when p50_recovery_seconds = 'Infinity' then 'never' else round(ceil(p50_recovery_seconds / 6) / 10, 1) || ' min' end as median,
  case when p95_recovery_seconds = 'Infinity' then 'never' else round(ceil(p95_recovery_seconds / 6) / 10, 1) || ' min' end as p95,
  round(ceil(nullif(longest_recovery_seconds, 'Infinity') / 6) / 10, 1) as longest_minutes,
  ceil(error_budget_used_pct * 10) / 10 as error_budget_used_pct,
  total_tests,
  synthetic_tests
from rows
where window_days = coalesce([[{{window_days}}::integer,]] 90) and (true [[and app_name = {{application}}]])
order by kept_pct nulls last, app_name
