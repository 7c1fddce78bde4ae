-- Application: Findings: re-tested, and good again?
-- Pairs that failed or breached, the open ones first.
-- as: Table
-- variable application: Text; all when it is left empty
with rows as (
  select
    app_id, app_name, owner_team, scenario_id, scenario_name, opened_at, bad_tests,
    retested_at, closed_at, days_to_close, state, opened_by_raw_test_id,
    closed_by_raw_test_id, synthetic_tests,
    (opened_at at time zone 'UTC')::date as opened_date
  
  from resiliency.findings as findings
  where closed_at is null
    or (closed_at at time zone 'UTC')::date >= (select max(metric_date) from resiliency.fact_resiliency_metrics) - 99999
  order by closed_at is not null, opened_at desc, app_id, scenario_id
)
select scenario_name, state, opened_at, bad_tests, closed_at, days_to_close
from rows
where (true [[and app_name = {{application}}]])
order by closed_at is not null, opened_at desc, scenario_name
limit 500
