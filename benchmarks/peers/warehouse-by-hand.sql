-- Silver and gold of this warehouse from its bronze, as somebody would write them by hand who wants the
-- same rows once and nothing besides: no gates, no history, nothing kept for the next run, one transaction
-- a statement. The benchmark compares each row with what `dataform run` made.
create schema by_hand;

create table by_hand.scenario_names as
select distinct on (name) name, scenario_id
from (
  select btrim(regexp_replace(lower(scenario_name), '\s+', ' ', 'g')), scenario_id, 1
  from resiliency.dim_test_scenarios
  union all
  select btrim(regexp_replace(lower(alias), '\s+', ' ', 'g')), scenario_id, 2
  from resiliency.dim_scenario_aliases where not is_pattern
) as spellings (name, scenario_id, preference)
order by name, preference, scenario_id;

create table by_hand.application_names as
select distinct on (name) name, app_id
from (
  select btrim(regexp_replace(lower(app_name), '\s+', ' ', 'g')), app_id, 1
  from resiliency.dim_applications
  union all
  select btrim(regexp_replace(lower(alias), '\s+', ' ', 'g')), app_id, 2
  from resiliency.dim_application_names where not is_pattern
) as spellings (name, app_id, preference)
order by name, preference, app_id;

analyze by_hand.scenario_names, by_hand.application_names;

-- every report that can be used, with the words and times that decide
create table by_hand.usable_reports as
with words as (
  select
    *,
    btrim(regexp_replace(lower(scenario_name), '\s+', ' ', 'g')) as scenario,
    btrim(regexp_replace(lower(app_name), '\s+', ' ', 'g')) as application,
    case btrim(regexp_replace(lower(status), '\s+', ' ', 'g'))
      when 'passed' then 'passed' when 'pass' then 'passed' when 'success' then 'passed'
      when 'succeeded' then 'passed' when 'successful' then 'passed' when 'ok' then 'passed'
      when 'failed' then 'failed' when 'fail' then 'failed' when 'failure' then 'failed'
      when 'error' then 'error' when 'errored' then 'error' when 'aborted' then 'error'
      when 'interrupted' then 'error' when 'stopped' then 'error' when 'cancelled' then 'error'
      when 'canceled' then 'error' when 'skipped' then 'skipped' when 'skip' then 'skipped'
      when 'ignored' then 'skipped' when 'inconclusive' then 'inconclusive'
      when 'unknown' then 'inconclusive' when 'completed' then 'inconclusive'
      when 'running' then 'running' when 'pending' then 'running' when 'started' then 'running'
      when 'in progress' then 'running' when 'in_progress' then 'running'
    end as outcome,
    coalesce(
      recovery_basis,
      case when num_nonnulls(fault_at, recovered_at, is_recovered) = 0 then 'duration_proxy' else 'measured' end
    ) as basis,
    extract(epoch from end_time - start_time) * 1000 as elapsed_ms,
    coalesce(end_time, start_time + duration_ms * interval '1 millisecond') as last_time,
    coalesce(fault_at, start_time) as began_at
  from resiliency.raw_resiliency_tests
)
select
  words.test_id,
  words.ingested_at,
  words.source_system,
  words.source_run_id,
  words.payload_hash,
  words.is_synthetic,
  least(words.ingested_at, words.received_at) as arrived_at,
  coalesce(
    scenario_names.scenario_id,
    (select scenario_id from resiliency.dim_scenario_aliases
     where is_pattern and scenario ~* alias order by priority, scenario_id limit 1),
    0
  ) as scenario_id,
  dim_applications.app_id,
  scenario_name,
  outcome,
  basis,
  start_time,
  last_time,
  greatest(round(coalesce(duration_ms, elapsed_ms)), 1)::bigint as whole_ms,
  began_at,
  fault_at,
  detected_at,
  recovered_at,
  is_recovered,
  data_loss_seconds
from words
left join by_hand.scenario_names on scenario = scenario_names.name
left join by_hand.application_names on application = application_names.name
join resiliency.dim_applications
  on dim_applications.app_id = coalesce(words.app_id, application_names.app_id)
where outcome is not null
  and (outcome = 'running' or end_time is not null or duration_ms is not null)
  and start_time >= '2000-01-01 00:00+00'
  and last_time < '2200-01-01 00:00+00'
  and (end_time >= start_time) is not false
  and (recovered_at >= began_at) is not false
  and (detected_at >= began_at) is not false
  and (fault_at <= last_time) is not false
  and (duration_ms >= 0) is not false
  and (data_loss_seconds >= 0) is not false
  and (abs(elapsed_ms - duration_ms) <= greatest(2000, 0.01 * duration_ms)) is not false
  and start_time - interval '5 minutes' <= least(words.ingested_at, received_at)
  and words.ingested_at <= received_at + interval '5 minutes'
  and not exists (
    select from resiliency.dim_retracted_tests where dim_retracted_tests.raw_test_id = words.test_id
  );

create table by_hand.stg_resiliency_tests as
with newest as (
  -- of each run the newest report, and a finished one before one that is under way
  select distinct on (source_system, source_run_id, is_synthetic, case when source_run_id is null then payload_hash end) *
  from by_hand.usable_reports
  order by
    source_system, source_run_id, is_synthetic, case when source_run_id is null then payload_hash end,
    outcome = 'running', arrived_at desc, test_id desc
),
recovery as (
  select
    newest.*,
    case when watched then began_at end as fault_began_at,
    case
      when not watched then null
      when basis = 'none' then null
      when basis = 'duration_proxy' then coalesce(is_recovered, true)
      else coalesce(is_recovered, case when recovered_at is not null then true end)
    end as has_recovered,
    case when basis = 'duration_proxy'
      then greatest(start_time + whole_ms * interval '1 millisecond', began_at)
      else recovered_at
    end as back,
    case when basis = 'duration_proxy'
      then greatest(start_time + whole_ms * interval '1 millisecond', began_at)
      else greatest(last_time, recovered_at)
    end as watched_until
  from (
    select *, basis != 'none' or num_nonnulls(fault_at, detected_at) > 0 as watched from newest
  ) as newest
  where outcome in ('passed', 'failed')
),
timed as (
  select
    recovery.*,
    case when has_recovered then back end as back_at,
    case when has_recovered then extract(epoch from back - fault_began_at) end as recovery_seconds,
    extract(epoch from watched_until - fault_began_at) as observed_seconds,
    (start_time at time zone 'UTC')::date as test_date
  from recovery
)
select
  timed.test_id as raw_test_id,
  timed.app_id,
  timed.scenario_name,
  timed.scenario_id,
  timed.start_time,
  timed.last_time as end_time,
  timed.whole_ms as duration_ms,
  timed.outcome as status,
  raw_tests.error_message,
  raw_tests.metadata_json,
  raw_tests.created_at,
  extract(hour from timed.start_time at time zone 'UTC')::integer as test_hour,
  timed.test_date,
  round(timed.whole_ms / 60000.0, 5)::numeric(20, 5) as duration_minutes,
  timed.outcome = 'failed' and timed.whole_ms > 300000 as is_critical_failure,
  timed.source_system,
  timed.source_run_id,
  timed.payload_hash,
  timed.is_synthetic,
  timed.ingested_at,
  timed.fault_began_at as fault_at,
  case when timed.fault_began_at is not null then timed.detected_at end as detected_at,
  timed.back_at as recovered_at,
  timed.has_recovered as is_recovered,
  timed.recovery_seconds,
  timed.observed_seconds,
  extract(epoch from timed.detected_at - timed.fault_began_at) as detection_seconds,
  timed.data_loss_seconds,
  timed.basis as recovery_basis,
  objectives.rto_minutes::numeric as rto_minutes,
  objectives.rpo_minutes::numeric as rpo_minutes,
  case
    when objectives.rto_minutes is null then 'missing_objective'
    when has_recovered and recovery_seconds <= objectives.rto_minutes * 60 then 'met'
    when has_recovered then 'breached'
    when not has_recovered and observed_seconds > objectives.rto_minutes * 60 then 'breached'
    else 'undetermined'
  end as rto_result,
  case
    when objectives.rpo_minutes is null then 'missing_objective'
    when timed.data_loss_seconds is null then 'not_measured'
    when timed.data_loss_seconds <= objectives.rpo_minutes * 60 then 'met'
    else 'breached'
  end as rpo_result,
  row_number() over (order by timed.test_id) as test_id
from timed
join resiliency.raw_resiliency_tests as raw_tests
  on raw_tests.test_id = timed.test_id and raw_tests.ingested_at = timed.ingested_at
left join resiliency.dim_recovery_objectives as objectives
  on objectives.app_id = timed.app_id
  and timed.test_date between objectives.valid_from and coalesce(objectives.valid_to, 'infinity');

alter table by_hand.stg_resiliency_tests add primary key (test_id);
create unique index on by_hand.stg_resiliency_tests (raw_test_id);
create index on by_hand.stg_resiliency_tests (app_id, test_date);
create index on by_hand.stg_resiliency_tests (start_time) where status = 'failed';
analyze by_hand.stg_resiliency_tests;

-- both facts of one reading
create table by_hand.sums as
select
  app_id,
  scenario_id,
  test_date,
  grouping(scenario_id) = 1 as is_of_all_scenarios,
  count(*) as total_tests,
  count(*) filter (where status = 'passed') as passed_tests,
  count(*) filter (where status = 'failed') as failed_tests,
  sum(duration_ms) as total_duration_ms,
  max(duration_ms) as max_duration_ms,
  max(created_at) as created_at,
  max(rto_minutes) as rto_requirement_minutes,
  count(*) filter (where rto_result = 'met') as rto_met_tests,
  count(*) filter (where rto_result = 'breached') as rto_breached_tests,
  count(*) filter (where rto_result = 'undetermined') as rto_undetermined_tests,
  count(*) filter (where rto_result = 'missing_objective') as rto_missing_tests,
  count(*) filter (where sample < 'Infinity') as recovered_tests,
  count(*) filter (where sample = 'Infinity') as unrecovered_tests,
  sum(sample) filter (where sample < 'Infinity') as total_recovery_seconds,
  max(sample) filter (where sample < 'Infinity') as longest_recovery_seconds,
  max(sample) as worst_recovery_seconds,
  percentile_disc(array[0.5, 0.95, 0.99]) within group (order by sample) as percentiles,
  count(detection_seconds) as detected_tests,
  sum(detection_seconds) as total_detection_seconds,
  count(*) filter (where rpo_result = 'met') as rpo_met_tests,
  count(*) filter (where rpo_result = 'breached') as rpo_breached_tests,
  max(data_loss_seconds) as worst_data_loss_seconds,
  count(*) filter (where recovery_basis = 'duration_proxy') as proxy_tests,
  count(*) filter (where is_synthetic) as synthetic_tests
from (
  select
    *,
    case
      when recovery_basis = 'none' or recovery_basis = 'duration_proxy' and status = 'passed' then null
      when is_recovered then recovery_seconds
      when not is_recovered then 'Infinity'
    end as sample
  from by_hand.stg_resiliency_tests
) as tests
group by grouping sets ((app_id, test_date), (app_id, scenario_id, test_date));

create view by_hand.metrics as
select
  app_id,
  scenario_id,
  test_date as metric_date,
  is_of_all_scenarios,
  total_tests::integer as total_tests,
  passed_tests::integer as passed_tests,
  failed_tests::integer as failed_tests,
  round(100.0 * passed_tests / total_tests, 5)::numeric(8, 5) as uptime_percentage,
  round(total_duration_ms / total_tests)::bigint as avg_duration_ms,
  round(total_recovery_seconds / (60.0 * nullif(recovered_tests, 0)), 5) as mttr_minutes,
  case when rto_met_tests + rto_breached_tests > 0 then rto_breached_tests = 0 end as rto_compliant,
  created_at,
  max_duration_ms,
  rto_breached_tests::integer as rto_breached_tests,
  trim_scale(rto_requirement_minutes) as rto_requirement_minutes,
  rto_met_tests::integer as rto_met_tests,
  rto_undetermined_tests::integer as rto_undetermined_tests,
  rto_missing_tests::integer as rto_missing_tests,
  round(100.0 * rto_met_tests / nullif(rto_met_tests + rto_breached_tests, 0), 5) as rto_compliance_pct,
  round(
    50 * (
      2 * passed_tests + 3.8416
      - 1.96 * sqrt(3.8416 + 4.0 * passed_tests * failed_tests / total_tests)
    ) / (total_tests + 3.8416), 5
  ) as pass_rate_low,
  recovered_tests::integer as recovered_tests,
  unrecovered_tests::integer as unrecovered_tests,
  trim_scale(percentiles[1]) as p50_recovery_seconds,
  case when recovered_tests + unrecovered_tests >= 20 then trim_scale(percentiles[2]) end as p95_recovery_seconds,
  case when recovered_tests + unrecovered_tests >= 100 then trim_scale(percentiles[3]) end as p99_recovery_seconds,
  trim_scale(worst_recovery_seconds) as worst_recovery_seconds,
  trim_scale(longest_recovery_seconds) as longest_recovery_seconds,
  detected_tests::integer as detected_tests,
  round(total_detection_seconds / nullif(detected_tests, 0), 5) as mean_detection_seconds,
  rpo_met_tests::integer as rpo_met_tests,
  rpo_breached_tests::integer as rpo_breached_tests,
  round(100.0 * rpo_met_tests / nullif(rpo_met_tests + rpo_breached_tests, 0), 5) as rpo_compliance_pct,
  trim_scale(worst_data_loss_seconds) as worst_data_loss_seconds,
  proxy_tests::integer as proxy_tests,
  synthetic_tests::integer as synthetic_tests,
  total_duration_ms::numeric as total_duration_ms,
  trim_scale(total_recovery_seconds) as total_recovery_seconds,
  trim_scale(total_detection_seconds) as total_detection_seconds
from by_hand.sums;

create table by_hand.fact_resiliency_metrics as
select app_id * 1000000::bigint + (metric_date - date '1970-01-01') as metric_id, metrics.*
from by_hand.metrics where is_of_all_scenarios;
create table by_hand.fact_scenario_metrics as
select * from by_hand.metrics where not is_of_all_scenarios;
alter table by_hand.fact_resiliency_metrics add primary key (metric_id);
create unique index on by_hand.fact_scenario_metrics (app_id, scenario_id, metric_date);
analyze by_hand.fact_resiliency_metrics, by_hand.fact_scenario_metrics;
