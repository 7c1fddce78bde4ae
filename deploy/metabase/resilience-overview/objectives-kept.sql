-- Resilience overview: Recovered within the objective
-- Tests that met the recovery time objective of their day in per cent of those that met or breached it, and Wilson's 95 % interval of that share. Percentages are cut, not rounded.
-- as: Number or table
-- variable application: Text; all when it is left empty
-- variable window_days: Number: 7, 30 or 90; 90 when it is left empty
with rows as (
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
    from resiliency.window_metrics as window_metrics
    where (true [[and app_name = {{application}}]])
    group by window_days
  )
  select
    pooled.*,
  
  round(100.0 * rto_met_tests / nullif((rto_met_tests + rto_breached_tests), 0), 5) as kept_pct,
  round(50 * (2 * rto_met_tests + 3.8416 - 1.96 * sqrt(3.8416 + 4.0 * rto_met_tests * ((rto_met_tests + rto_breached_tests) - rto_met_tests) / nullif((rto_met_tests + rto_breached_tests), 0))) / ((rto_met_tests + rto_breached_tests) + 3.8416), 5) as kept_low,
  round(50 * (2 * rto_met_tests + 3.8416 + 1.96 * sqrt(3.8416 + 4.0 * rto_met_tests * ((rto_met_tests + rto_breached_tests) - rto_met_tests) / nullif((rto_met_tests + rto_breached_tests), 0))) / ((rto_met_tests + rto_breached_tests) + 3.8416), 5) as kept_high,
    round(100.0 * unrecovered_tests / nullif((recovered_tests + unrecovered_tests), 0), 5)
      as unrecovered_pct
  from pooled
  order by window_days
)
select
  trunc(kept_pct, 1) as kept_pct,
  trunc(kept_low, 1) as kept_low,
  trunc(kept_high, 1) as kept_high,
  rto_met_tests + rto_breached_tests as judged_tests
from rows
where window_days = coalesce([[{{window_days}}::integer,]] 90)
