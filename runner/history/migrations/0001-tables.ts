/** Runs, their actions and their assertions, as each of them ended. */
export const tables = `
  create table run_history.runs (
    run_id text primary key,
    project text not null,
    started_at timestamptz not null,
    ended_at timestamptz,
    status text not null,
    exit_code integer,
    error text,
    command text,
    selection jsonb not null,
    planned_actions integer not null,
    versions jsonb not null,
    git_commit text,
    git_branch text,
    host text,
    user_name text,
    role_name text not null,
    resumed_from text
  );
  create index runs_started_at_idx on run_history.runs (started_at);

  create table run_history.actions (
    run_id text not null references run_history.runs,
    schema_name text not null,
    action_name text not null,
    type text not null,
    file_name text not null,
    tags text[] not null,
    status text not null,
    reason text,
    reused boolean not null,
    started_at timestamptz not null,
    ended_at timestamptz not null,
    queue_seconds numeric,
    lock_wait_seconds numeric,
    rows bigint,
    replacement text,
    retries integer not null,
    wal_bytes numeric,
    error text,
    sqlstate text,
    primary key (run_id, schema_name, action_name)
  );
  create index actions_of_name_idx on run_history.actions (schema_name, action_name, started_at);

  create table run_history.assertions (
    run_id text not null references run_history.runs,
    schema_name text not null,
    assertion_name text not null,
    checked_schema text,
    checked_name text,
    rule text not null,
    verdict text not null,
    failing_rows bigint,
    allowed text,
    percent numeric,
    sample jsonb not null,
    checked_at timestamptz not null,
    first_failed_at timestamptz,
    primary key (run_id, schema_name, assertion_name)
  );
  create index assertions_of_name_idx
    on run_history.assertions (schema_name, assertion_name, checked_at);

  comment on schema run_history is
    'What dataform-postgres has run in this database (docs/history.md). Tables are written by runs; read the views.';

  comment on table run_history.runs is 'One row per run.';
  comment on column run_history.runs.run_id is 'Identifier of the run, also in target/run_results.json';
  comment on column run_history.runs.project is 'Name of the project''s folder';
  comment on column run_history.runs.started_at is 'When the run began to execute its plan';
  comment on column run_history.runs.ended_at is 'When the run ended; of an interrupted run the end of its last known action';
  comment on column run_history.runs.status is 'running, successful, failed, cancelled, timed_out, or interrupted: killed, as a later run has seen';
  comment on column run_history.runs.exit_code is 'Exit code of the command; NULL while it runs and when it was interrupted';
  comment on column run_history.runs.error is 'What ended the run outside of its actions';
  comment on column run_history.runs.command is 'The command as it was typed, without passwords and values of variables; NULL when a program called the library';
  comment on column run_history.runs.selection is 'What was selected: actions, tags, exclude and the other flags that choose';
  comment on column run_history.runs.planned_actions is 'Number of actions that the run was to execute';
  comment on column run_history.runs.versions is 'Versions of dataform-postgres, @dataform/core, Node and PostgreSQL';
  comment on column run_history.runs.git_commit is 'Commit that was checked out in the project''s folder';
  comment on column run_history.runs.git_branch is 'Branch that was checked out; NULL for a detached commit';
  comment on column run_history.runs.host is 'Machine that ran the command';
  comment on column run_history.runs.user_name is 'User of that machine';
  comment on column run_history.runs.role_name is 'Role of the database';
  comment on column run_history.runs.resumed_from is 'Run that this one continued';

  comment on table run_history.actions is 'One row per run and action that came to its end, skipped and cancelled ones too.';
  comment on column run_history.actions.run_id is 'Run that the action belongs to';
  comment on column run_history.actions.schema_name is 'Schema of the action''s target';
  comment on column run_history.actions.action_name is 'Name of the action''s target';
  comment on column run_history.actions.type is 'table, view, incremental, operation or assertion';
  comment on column run_history.actions.file_name is 'File of the action, relative to the project';
  comment on column run_history.actions.tags is 'Tags of the action';
  comment on column run_history.actions.status is 'successful, failed, skipped, disabled or cancelled';
  comment on column run_history.actions.reason is 'Why it was skipped or cancelled';
  comment on column run_history.actions.reused is 'Whether it was finished by the run that this one continued, and not run again';
  comment on column run_history.actions.started_at is 'When it began';
  comment on column run_history.actions.ended_at is 'When it ended';
  comment on column run_history.actions.queue_seconds is 'How long it was ready to begin and waited for a free thread';
  comment on column run_history.actions.lock_wait_seconds is 'How long its statements waited for locks, as far as that was seen; NULL when not known';
  comment on column run_history.actions.rows is 'Rows that were published, or that its statements changed';
  comment on column run_history.actions.replacement is 'How a table that was there got its rows';
  comment on column run_history.actions.retries is 'How often it was run again after an error that may pass';
  comment on column run_history.actions.wal_bytes is 'Bytes of write-ahead log that it wrote; NULL when not known';
  comment on column run_history.actions.error is 'Message of the error that ended it';
  comment on column run_history.actions.sqlstate is 'Code of that error, when PostgreSQL gave one';

  comment on table run_history.assertions is 'One row per run and assertion that was checked.';
  comment on column run_history.assertions.run_id is 'Run that checked it';
  comment on column run_history.assertions.schema_name is 'Schema of the assertion''s target';
  comment on column run_history.assertions.assertion_name is 'Name of the assertion''s target';
  comment on column run_history.assertions.checked_schema is 'Schema of the table whose config block has the assertion';
  comment on column run_history.assertions.checked_name is 'Name of that table';
  comment on column run_history.assertions.rule is 'The rule in words';
  comment on column run_history.assertions.verdict is 'passed, tolerated (not more than allowed), warning, failed, or error: the query failed';
  comment on column run_history.assertions.failing_rows is 'Rows that break the rule; NULL when the query failed';
  comment on column run_history.assertions.allowed is 'How many may, in words';
  comment on column run_history.assertions.percent is 'Failing rows in per cent of the rows that were checked; NULL when their number is not known';
  comment on column run_history.assertions.sample is 'Up to 5 failing rows, values cut at 500 characters';
  comment on column run_history.assertions.checked_at is 'When the check ended';
  comment on column run_history.assertions.first_failed_at is 'When it was first found failing, with a warning or in error since it last passed; NULL when it passes'`;
