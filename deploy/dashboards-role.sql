-- Made by `npm run dashboards`; do not edit it here.
-- The role of Grafana and Metabase: it reads what their panels show, and nothing else. What sources say
-- (payloads, messages) it cannot read. Run it again when a run has made relations that were not there.
-- It makes no password: alter role resiliency_dashboards password '…'.
do $$
declare
  relations constant text[] := array[
    'resiliency.completeness',
    'resiliency.coverage_by_application',
    'resiliency.coverage_matrix',
    'resiliency.daily_uptime',
    'resiliency.data_quality',
    'resiliency.dependencies_with_longer_rto',
    'resiliency.dim_applications',
    'resiliency.dim_recovery_objectives',
    'resiliency.dim_test_scenarios',
    'resiliency.fact_resiliency_metrics',
    'resiliency.failed_and_breached_tests',
    'resiliency.findings',
    'resiliency.flaky_and_regressed_pairs',
    'resiliency.metric_lineage',
    'resiliency.overdue_tests',
    'resiliency.passed_but_breached_tests',
    'resiliency.quarantined_by_reason',
    'resiliency.recovery_distribution',
    'resiliency.reported_tests',
    'resiliency.rto_evidence_register',
    'resiliency.rto_margin_ranking',
    'resiliency.scenario_names_received',
    'resiliency.window_metrics',
    'run_history.action_durations',
    'run_history.assertion_trend',
    'run_history.failing_now',
    'run_history.run_overview'
  ];
  private_columns constant text[] := array[
    'raw_payload',
    'metadata_json',
    'error_message',
    'failure_reason',
    'error',
    'sample'
  ];
  missing text[];
  granted record;
begin
  if not exists (select from pg_catalog.pg_roles where rolname = 'resiliency_dashboards') then
    create role resiliency_dashboards login connection limit 20;
    alter role resiliency_dashboards set default_transaction_read_only = on;
    alter role resiliency_dashboards set statement_timeout = '60s';
    alter role resiliency_dashboards set search_path = '';
  end if;
  -- What it may already read is left alone, so that a run that changes the relation is not disturbed.
  for granted in
    select
      tables.oid::regclass as relation,
      tables.relnamespace::regnamespace as schema_name,
      string_agg(quote_ident(columns.attname), ', ' order by columns.attnum)
        filter (where columns.attname <> all (private_columns)) as readable,
      bool_or(columns.attname = any (private_columns)) as is_private
    from pg_catalog.pg_class as tables
    inner join pg_catalog.pg_attribute as columns
      on columns.attrelid = tables.oid and columns.attnum > 0 and not columns.attisdropped
    where tables.relnamespace::regnamespace || '.' || tables.relname = any (relations)
    group by tables.oid
    having not bool_and(
      columns.attname = any (private_columns)
      or has_column_privilege('resiliency_dashboards', tables.oid, columns.attnum, 'select')
    )
  loop
    execute format('grant usage on schema %s to resiliency_dashboards', granted.schema_name);
    execute format(
      'grant select %s on %s to resiliency_dashboards',
      case when granted.is_private then '(' || granted.readable || ')' else '' end,
      granted.relation
    );
  end loop;
  select array_agg(relation order by relation) into missing
  from unnest(relations) as relation
  where to_regclass(relation) is null;
  if missing is not null then
    raise notice 'not there yet: %', array_to_string(missing, ', ');
  end if;
end
$$;
