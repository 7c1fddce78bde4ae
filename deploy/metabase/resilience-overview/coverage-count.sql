-- Resilience overview: Required tests
-- Pairs of application and scenario that must be tested: how many were tested recently enough, how many are overdue, and how many never were tested.
-- as: Number or table
-- variable application: Text; all when it is left empty
with rows as (
  select * from resiliency.coverage_by_application as coverage_by_application order by app_id
)
select
  trunc(100.0 * sum(covered_pairs) / nullif(sum(required_pairs), 0), 1) as coverage_pct,
  sum(required_pairs) as required_pairs,
  sum(overdue_pairs) as overdue_pairs,
  sum(never_tested_pairs) as never_tested_pairs
from rows
where (true [[and app_name = {{application}}]])
