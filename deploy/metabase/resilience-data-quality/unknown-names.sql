-- Data quality: Scenario names that match none
-- A name becomes known by a line in dim_scenario_aliases.
-- as: Number or table
with rows as (
  select scenario_names_received.*, dim_test_scenarios.scenario_name as matched_name
  from resiliency.scenario_names_received as scenario_names_received
  left join resiliency.dim_test_scenarios as dim_test_scenarios
    on scenario_names_received.scenario_id = dim_test_scenarios.scenario_id
  order by scenario_names_received.scenario_id = 0 desc, total_tests desc, 1
)
select count(*) as names, coalesce(sum(total_tests), 0) as tests
from rows
where scenario_id = 0
