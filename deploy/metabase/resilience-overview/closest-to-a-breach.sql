-- Resilience overview: Who is closest to a breach?
-- The worst recovery of each pair in per cent of the objective of its day; no per cent where it never came.
-- as: Table
-- variable application: Text; all when it is left empty
with rows as (
  select * from resiliency.rto_margin_ranking as rto_margin_ranking
  order by margin_rank, app_id, scenario_id
)
select
  app_name,
  scenario_name,
  ceil(nullif(rto_used_pct, 'Infinity') * 10) / 10 as rto_used_pct,
  case when worst_recovery_seconds = 'Infinity' then 'never' else round(ceil(worst_recovery_seconds / 6) / 10, 1) || ' min' end as worst,
  rto_minutes,
  judged_tests,
  breached_tests
from rows
where (true [[and app_name = {{application}}]])
order by margin_rank
limit 200
