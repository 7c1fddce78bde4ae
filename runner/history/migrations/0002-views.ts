import { isAlive } from "./is-alive.ts";

/**
 * The query of the runs with their actions by status; takes an SQL condition that is true when `r`, a run
 * without an end, is not at work any more.
 */
export function overviewQuery(isGone: string): string {
  return `
  select
    r.run_id,
    r.project,
    r.started_at,
    r.ended_at,
    extract(epoch from r.ended_at - r.started_at) as duration_seconds,
    case when r.status = 'running' and ${isGone} then 'interrupted' else r.status end as status,
    r.exit_code,
    r.error,
    r.command,
    r.planned_actions,
    a.successful,
    a.failed,
    a.skipped,
    a.cancelled,
    s.warnings,
    r.git_commit,
    r.git_branch,
    r.host,
    r.user_name,
    r.resumed_from
  from run_history.runs as r
  cross join lateral (
    select
      count(*) filter (where status = 'successful') as successful,
      count(*) filter (where status = 'failed') as failed,
      count(*) filter (where status = 'skipped') as skipped,
      count(*) filter (where status = 'cancelled') as cancelled
    from run_history.actions
    where run_id = r.run_id
  ) as a
  cross join lateral (
    select count(*) filter (where verdict = 'warning') as warnings
    from run_history.assertions
    where run_id = r.run_id
  ) as s`;
}

/** The views that people and dashboards read. */
export const views = `
  create view run_history.run_overview as${overviewQuery(`not ${isAlive("r")}`)};

  create view run_history.action_durations as
  select
    a.run_id,
    a.schema_name,
    a.action_name,
    a.type,
    a.started_at,
    extract(epoch from a.ended_at - a.started_at) as duration_seconds,
    u.usual_seconds,
    u.compared_runs,
    a.rows,
    a.queue_seconds,
    a.lock_wait_seconds,
    a.wal_bytes,
    a.retries
  from run_history.actions as a
  cross join lateral (
    select
      percentile_cont(0.5) within group (order by extract(epoch from b.ended_at - b.started_at)::double precision)
        as usual_seconds,
      count(*) as compared_runs
    from (
      select e.started_at, e.ended_at
      from run_history.actions as e
      where e.schema_name = a.schema_name and e.action_name = a.action_name
        and e.started_at < a.started_at and e.run_id <> a.run_id
        and e.status = 'successful' and not e.reused
      order by e.started_at desc
      limit 20
    ) as b
  ) as u
  where a.status = 'successful' and not a.reused;

  create view run_history.assertion_trend as
  select
    s.schema_name,
    s.assertion_name,
    s.checked_schema,
    s.checked_name,
    s.rule,
    s.run_id,
    s.checked_at,
    s.verdict,
    s.failing_rows,
    s.failing_rows - lag(s.failing_rows) over same_rule as more_than_before,
    s.percent,
    s.allowed,
    s.first_failed_at
  from run_history.assertions as s
  window same_rule as (partition by s.schema_name, s.assertion_name order by s.checked_at);

  create view run_history.failing_now as
  select
    l.schema_name,
    l.action_name,
    l.type,
    l.status,
    s.verdict,
    s.rule,
    s.failing_rows,
    coalesce(l.error, l.reason) as error,
    l.run_id,
    l.ended_at,
    coalesce(s.first_failed_at, b.first_failed_at) as first_failed_at
  from (
    select distinct on (a.schema_name, a.action_name) a.*
    from run_history.actions as a
    where a.status in ('successful', 'failed')
    order by a.schema_name, a.action_name, a.started_at desc
  ) as l
  left join run_history.assertions as s
    on s.run_id = l.run_id and s.schema_name = l.schema_name and s.assertion_name = l.action_name
  cross join lateral (
    select min(f.ended_at) as first_failed_at
    from run_history.actions as f
    where f.schema_name = l.schema_name and f.action_name = l.action_name and f.status = 'failed'
      and f.started_at > coalesce((
        select max(g.started_at)
        from run_history.actions as g
        where g.schema_name = l.schema_name and g.action_name = l.action_name
          and g.status = 'successful'
      ), '-infinity')
  ) as b
  where l.status = 'failed' or s.verdict = 'warning';

  comment on view run_history.run_overview is 'One row per run with the number of its actions by how they ended.';
  comment on column run_history.run_overview.run_id is 'Identifier of the run';
  comment on column run_history.run_overview.project is 'Name of the project''s folder';
  comment on column run_history.run_overview.started_at is 'When the run began';
  comment on column run_history.run_overview.ended_at is 'When the run ended';
  comment on column run_history.run_overview.duration_seconds is 'Seconds from the one to the other';
  comment on column run_history.run_overview.status is 'As in runs; a run that is dead and that no later run has seen yet is interrupted too';
  comment on column run_history.run_overview.exit_code is 'Exit code of the command';
  comment on column run_history.run_overview.error is 'What ended the run outside of its actions';
  comment on column run_history.run_overview.command is 'The command as it was typed, without passwords and values of variables';
  comment on column run_history.run_overview.planned_actions is 'Number of actions that the run was to execute';
  comment on column run_history.run_overview.successful is 'Number of actions that were successful';
  comment on column run_history.run_overview.failed is 'Number of actions that failed';
  comment on column run_history.run_overview.skipped is 'Number of actions that were skipped because another one failed';
  comment on column run_history.run_overview.cancelled is 'Number of actions that were cancelled';
  comment on column run_history.run_overview.warnings is 'Number of assertions that warned';
  comment on column run_history.run_overview.git_commit is 'Commit of the project';
  comment on column run_history.run_overview.git_branch is 'Branch of the project';
  comment on column run_history.run_overview.host is 'Machine that ran the command';
  comment on column run_history.run_overview.user_name is 'User of that machine';
  comment on column run_history.run_overview.resumed_from is 'Run that this one continued';

  comment on view run_history.action_durations is 'One row per run and action that was successful, with how long it took and how long it usually takes.';
  comment on column run_history.action_durations.run_id is 'Run that the action belongs to';
  comment on column run_history.action_durations.schema_name is 'Schema of the action';
  comment on column run_history.action_durations.action_name is 'Name of the action';
  comment on column run_history.action_durations.type is 'table, view, incremental, operation or assertion';
  comment on column run_history.action_durations.started_at is 'When it began';
  comment on column run_history.action_durations.duration_seconds is 'Seconds that it took';
  comment on column run_history.action_durations.usual_seconds is 'Median of the (up to) 20 successful times before; NULL the first time';
  comment on column run_history.action_durations.compared_runs is 'How many times the median is of';
  comment on column run_history.action_durations.rows is 'Rows that were published or changed';
  comment on column run_history.action_durations.queue_seconds is 'Seconds that it waited for a free thread';
  comment on column run_history.action_durations.lock_wait_seconds is 'Seconds that it was seen waiting for locks';
  comment on column run_history.action_durations.wal_bytes is 'Bytes of write-ahead log that it wrote; NULL when not known';
  comment on column run_history.action_durations.retries is 'How often it was run again';

  comment on view run_history.assertion_trend is 'One row per run and assertion, with the change since the check before.';
  comment on column run_history.assertion_trend.schema_name is 'Schema of the assertion';
  comment on column run_history.assertion_trend.assertion_name is 'Name of the assertion';
  comment on column run_history.assertion_trend.checked_schema is 'Schema of the checked table';
  comment on column run_history.assertion_trend.checked_name is 'Name of the checked table';
  comment on column run_history.assertion_trend.rule is 'The rule in words';
  comment on column run_history.assertion_trend.run_id is 'Run that checked it';
  comment on column run_history.assertion_trend.checked_at is 'When the check ended';
  comment on column run_history.assertion_trend.verdict is 'passed, tolerated, warning, failed or error';
  comment on column run_history.assertion_trend.failing_rows is 'Rows that break the rule';
  comment on column run_history.assertion_trend.more_than_before is 'How many more than in the check before';
  comment on column run_history.assertion_trend.percent is 'Failing rows in per cent of the checked ones, when their number is known';
  comment on column run_history.assertion_trend.allowed is 'How many may break it, in words';
  comment on column run_history.assertion_trend.first_failed_at is 'When it was first found failing since it last passed';

  comment on view run_history.failing_now is 'Actions and assertions that failed, and assertions that warned, the last time that they ran.';
  comment on column run_history.failing_now.schema_name is 'Schema of the action';
  comment on column run_history.failing_now.action_name is 'Name of the action';
  comment on column run_history.failing_now.type is 'table, view, incremental, operation or assertion';
  comment on column run_history.failing_now.status is 'failed, or successful for an assertion that only warned';
  comment on column run_history.failing_now.verdict is 'Of an assertion: warning, failed or error';
  comment on column run_history.failing_now.rule is 'Of an assertion: the rule in words';
  comment on column run_history.failing_now.failing_rows is 'Of an assertion: rows that break the rule';
  comment on column run_history.failing_now.error is 'Message of the error';
  comment on column run_history.failing_now.run_id is 'The last run of it';
  comment on column run_history.failing_now.ended_at is 'When it last ended';
  comment on column run_history.failing_now.first_failed_at is 'When it first failed since it was last successful'`;
