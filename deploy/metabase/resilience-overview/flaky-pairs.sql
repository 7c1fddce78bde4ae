-- Resilience overview: What is flaky, or slower than before?
-- Pairs whose last tests partly passed and partly failed, or whose median recovery grew.
-- as: Table
-- variable application: Text; all when it is left empty
with rows as (
  select * from resiliency.flaky_and_regressed_pairs as flaky_and_regressed_pairs
  order by app_id, scenario_id
)
select
  app_name,
  scenario_name,
  is_flaky,
  is_regressed,
  recent_tests,
  recent_failed_tests,
  case when recent_median_seconds = 'Infinity' then 'never' else round(ceil(recent_median_seconds / 6) / 10, 1) || ' min' end as recent_median,
  case when previous_median_seconds = 'Infinity' then 'never' else round(ceil(previous_median_seconds / 6) / 10, 1) || ' min' end as previous_median
from rows
where (true [[and app_name = {{application}}]])
order by app_name, scenario_name
