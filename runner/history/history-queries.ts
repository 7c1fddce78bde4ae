import { isGone } from "./migrations/is-alive.ts";

/** The query of runs as they are listed. */
export const runsQuery = `
  select
    r.run_id, r.project,
    case when r.status = 'running' and ${isGone("r")} then 'interrupted' else r.status end as status,
    r.started_at, r.ended_at,
    round(extract(epoch from r.ended_at - r.started_at), 3) as duration_seconds,
    r.exit_code, r.planned_actions,
    a.successful, a.failed, a.skipped, a.cancelled,
    (select count(*) from run_history.assertions as s where s.run_id = r.run_id and s.verdict = 'warning')
      as warnings,
    r.command
  from run_history.runs as r
  cross join lateral (
    select
      count(*) filter (where status = 'successful') as successful,
      count(*) filter (where status = 'failed') as failed,
      count(*) filter (where status = 'skipped') as skipped,
      count(*) filter (where status = 'cancelled') as cancelled
    from run_history.actions where run_id = r.run_id
  ) as a`;

/**
 * When an action failed first since its last success, null for one that is not failing: an expression over
 * `a`, a row of `run_history.actions`, and `s`, its row of `run_history.assertions`.
 */
export const failingSince = `
    case
      when s.first_failed_at is not null then s.first_failed_at
      when a.status = 'failed' then (
        select min(f.ended_at)
        from run_history.actions as f
        where f.schema_name = a.schema_name and f.action_name = a.action_name
          and f.status = 'failed' and f.started_at <= a.started_at
          and f.started_at > coalesce((
            select max(g.started_at) from run_history.actions as g
            where g.schema_name = a.schema_name and g.action_name = a.action_name
              and g.status = 'successful' and g.started_at < a.started_at
          ), '-infinity'))
    end`;

/**
 * The query of actions with their usual times before; `chosen` is a relation of rows of
 * `run_history.actions`.
 */
export function actionsOf(chosen: string): string {
  return `
  select
    a.run_id, a.schema_name, a.action_name, a.type, a.status, a.started_at,
    round(extract(epoch from a.ended_at - a.started_at), 3) as duration_seconds,
    round(before.usual_seconds::numeric, 3) as usual_seconds, before.compared_runs,
    a.queue_seconds, a.lock_wait_seconds, a.rows, a.retries, a.error, a.reason,
    s.checked_schema || '.' || s.checked_name as checked, s.rule, s.verdict, s.failing_rows,
    ${failingSince} as failing_since
  from ${chosen} as a
  left join run_history.assertions as s
    on s.run_id = a.run_id and s.schema_name = a.schema_name and s.assertion_name = a.action_name
  cross join lateral (
    select
      percentile_cont(0.5) within group (order by seconds) as usual_seconds,
      count(*) as compared_runs
    from (
      select extract(epoch from b.ended_at - b.started_at)::double precision as seconds
      from run_history.actions as b
      where b.schema_name = a.schema_name and b.action_name = a.action_name
        and b.started_at < a.started_at and b.run_id <> a.run_id
        and b.status = 'successful' and not b.reused
      order by b.started_at desc
      limit 20
    ) as times
  ) as before`;
}
