-- Resilience overview: Who needs something that recovers later?
-- Applications whose objective is shorter than that of something they need, so that it cannot be kept.
-- as: Table
-- variable application: Text; all when it is left empty
with rows as (
  select * from resiliency.dependencies_with_longer_rto as dependencies_with_longer_rto
  order by is_critical desc, app_id, excess_minutes desc nulls first, dependency_app_id
)
select app_name, dependency_app_name, rto_minutes, dependency_rto_minutes, problem, path
from rows
where (true [[and app_name = {{application}}]])
order by excess_minutes desc nulls first, app_name, dependency_app_name
