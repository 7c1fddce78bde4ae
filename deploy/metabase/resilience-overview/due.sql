-- Resilience overview: What was never tested, or is due?
-- Required pairs that never were tested, are overdue or are due soon.
-- as: Table
-- variable application: Text; all when it is left empty
with rows as (
  select * from resiliency.overdue_tests as overdue_tests
  order by days_overdue desc nulls first, is_critical desc, app_id, scenario_id
)
select app_name, scenario_name, urgency, days_overdue, last_test_date, owner_team
from rows
where (true [[and app_name = {{application}}]])
order by days_overdue desc nulls first, app_name, scenario_name
