/** The role that dashboards read with. */
export const reader = "resiliency_dashboards";

/** Columns that may hold what a source or a failing row says: payloads, messages, samples. */
export const privateColumns = [
  "raw_payload",
  "metadata_json",
  "error_message",
  "failure_reason",
  "error",
  "sample",
];

/**
 * SQL that makes the role and gives it what the panels read, `schema.relation`, and no more. It can be
 * run again, and has to be when relations were made since.
 */
export function readerSql(relations: readonly string[]): string {
  const list = (values: readonly string[]) => values.map((value) => `    '${value}'`).join(",\n");
  return `-- Made by \`npm run dashboards\`; do not edit it here.
-- The role of Grafana and Metabase: it reads what their panels show, and nothing else. What sources say
-- (payloads, messages) it cannot read. Run it again when a run has made relations that were not there.
-- It makes no password: alter role ${reader} password '…'.
do $$
declare
  relations constant text[] := array[
${list([...relations].sort())}
  ];
  private_columns constant text[] := array[
${list(privateColumns)}
  ];
  missing text[];
  granted record;
begin
  if not exists (select from pg_catalog.pg_roles where rolname = '${reader}') then
    create role ${reader} login connection limit 20;
    alter role ${reader} set default_transaction_read_only = on;
    alter role ${reader} set statement_timeout = '60s';
    alter role ${reader} set search_path = '';
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
      or has_column_privilege('${reader}', tables.oid, columns.attnum, 'select')
    )
  loop
    execute format('grant usage on schema %s to ${reader}', granted.schema_name);
    execute format(
      'grant select %s on %s to ${reader}',
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
`;
}
