-- Application: Newest evidence for each scenario
-- The newest conclusive test of each scenario, the objective of its day and the SHA-256 of its payload as received.
-- as: Table
-- variable application: Text; all when it is left empty
with rows as (
  select
    rto_evidence_register.*,
    reported_tests.is_recovered,
    coverage_matrix.every_days,
    coverage_matrix.coverage
  from resiliency.rto_evidence_register as rto_evidence_register
  left join resiliency.reported_tests as reported_tests
    on rto_evidence_register.test_id = reported_tests.test_id
  left join resiliency.coverage_matrix as coverage_matrix
    on rto_evidence_register.app_id = coverage_matrix.app_id
    and rto_evidence_register.scenario_id = coverage_matrix.scenario_id
  order by is_critical desc, app_id, scenario_id
)
select
  scenario_name,
  rto_result,
  test_date,
  status,
  case
    when recovery_seconds is not null then round(ceil(recovery_seconds / 6) / 10, 1) || ' min'
    when not is_recovered then '> ' || trunc(observed_seconds / 60, 1) || ' min'
  end as recovery,
  rto_minutes,
  floor(rto_margin_minutes * 10) / 10 as margin_minutes,
  source_system,
  payload_hash
from rows
where (true [[and app_name = {{application}}]])
order by rto_result = 'met', test_date, scenario_name
