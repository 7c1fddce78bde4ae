-- Data quality: Scenario names received
-- How the sources spell the scenarios, those that match none first.
-- as: Table
with rows as (
  select scenario_names_received.*, dim_test_scenarios.scenario_name as matched_name
  from resiliency.scenario_names_received as scenario_names_received
  left join resiliency.dim_test_scenarios as dim_test_scenarios
    on scenario_names_received.scenario_id = dim_test_scenarios.scenario_id
  order by scenario_names_received.scenario_id = 0 desc, total_tests desc, 1
)
select scenario_name, nullif(matched_name, '') as matched_name, total_tests, last_start_time
from rows
order by scenario_id = 0 desc, total_tests desc, scenario_name
limit 500
