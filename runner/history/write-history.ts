import type { Session } from "../database/database.ts";
import { type HistoryBatch, historyJson, storable, timeOf } from "./history-rows.ts";
import { isAlive } from "./migrations/is-alive.ts";

/** The facts of a run that are known when it begins. */
export interface RunFacts {
  runId: string;
  /** Name of the project's folder. */
  project: string;
  startTimeMillis: number;
  /** As it was typed, without secrets. */
  command?: string | undefined;
  selection: object;
  plannedActions: number;
  versions: Record<string, string | undefined>;
  gitCommit?: string | undefined;
  gitBranch?: string | undefined;
  host: string;
  userName?: string | undefined;
  resumedFrom?: string | undefined;
}

/** How a run ended. */
export interface RunEnd {
  endTimeMillis: number;
  status: string;
  exitCode: number;
  error?: string | undefined;
}

/** Marks runs that were killed as interrupted, and adds the run. */
export async function writeBegin(session: Session, run: RunFacts): Promise<void> {
  await session.query(markInterrupted, [run.runId]);
  const { runId, project, command, gitCommit, gitBranch, userName, resumedFrom } = run;
  const texts = [runId, project, command, gitCommit, gitBranch, run.host, userName, resumedFrom];
  const values = texts.map((text) => (text === undefined ? null : storable(text)));
  const json = [run.selection, run.versions].map(historyJson);
  await session.query(insertRun, [
    ...values,
    ...json,
    run.plannedActions,
    timeOf(run.startTimeMillis),
  ]);
}

/** Adds the results since the last call, in one statement. */
export async function writeBatch(
  session: Session,
  runId: string,
  { actions, assertions }: HistoryBatch,
): Promise<void> {
  await session.query(insertBatch, [runId, historyJson(actions), historyJson(assertions)]);
}

/** Updates the run with its end. */
export async function writeEnd(session: Session, runId: string, end: RunEnd): Promise<void> {
  const { endTimeMillis, status, exitCode, error } = end;
  const values = [runId, timeOf(endTimeMillis), status, exitCode, error ? storable(error) : null];
  await session.query(
    "update run_history.runs set ended_at = $2::timestamptz, status = $3, exit_code = $4::integer, error = $5 where run_id = $1",
    values,
  );
}

/**
 * Deletes runs that began more than `keepMillis` before `now`, with their actions and assertions; 500
 * runs at most.
 */
export async function deleteOld(session: Session, keepMillis: number, now: number): Promise<void> {
  await session.query(deleteRuns, [timeOf(now - keepMillis)]);
}

const deleteRuns = `
  with old as materialized (
    select run_id from run_history.runs where started_at < $1::timestamptz order by started_at limit 500
  ), old_actions as (
    delete from run_history.actions where run_id in (select run_id from old)
  ), old_assertions as (
    delete from run_history.assertions where run_id in (select run_id from old)
  )
  delete from run_history.runs where run_id in (select run_id from old)`;

const markInterrupted = `
  update run_history.runs as r
  set
    status = 'interrupted',
    ended_at = (select max(a.ended_at) from run_history.actions as a where a.run_id = r.run_id)
  where r.status = 'running' and r.run_id <> $1 and not ${isAlive("r")}`;

const insertRun = `
  insert into run_history.runs (
    run_id, project, command, git_commit, git_branch, host, user_name, resumed_from,
    selection, versions, planned_actions, started_at, status, role_name
  )
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9::jsonb, $10::jsonb, $11::integer, $12::timestamptz,
    'running', current_user)
  on conflict do nothing`;

// Writing the same rows again, after a lost answer, changes nothing.
const insertBatch = `
  with added as (
    insert into run_history.actions (
      run_id, schema_name, action_name, type, file_name, tags, status, reason, reused, started_at,
      ended_at, queue_seconds, lock_wait_seconds, rows, replacement, retries, error, sqlstate
    )
    select
      $1, schema_name, action_name, type, file_name,
      array(select json_array_elements_text(tags)), status, reason, reused, started_at,
      ended_at, queue_seconds, lock_wait_seconds, rows, replacement, retries, error, sqlstate
    from json_to_recordset($2::json) as given (
      schema_name text, action_name text, type text, file_name text, tags json, status text,
      reason text, reused boolean, started_at timestamptz, ended_at timestamptz,
      queue_seconds numeric, lock_wait_seconds numeric, rows bigint, replacement text,
      retries integer, error text, sqlstate text
    )
    on conflict do nothing
  )
  insert into run_history.assertions (
    run_id, schema_name, assertion_name, checked_schema, checked_name, rule, verdict, failing_rows,
    allowed, percent, checked_rows, sample, checked_at, first_failed_at
  )
  select
    $1, given.schema_name, given.assertion_name, given.checked_schema, given.checked_name, given.rule,
    given.verdict, given.failing_rows, given.allowed, given.percent, given.checked_rows, given.sample, given.checked_at,
    case
      when given.verdict in ('warning', 'failed', 'error')
        then coalesce(before.first_failed_at, given.checked_at)
    end
  from json_to_recordset($3::json) as given (
    schema_name text, assertion_name text, checked_schema text, checked_name text, rule text,
    verdict text, failing_rows bigint, allowed text, percent numeric, checked_rows bigint, sample jsonb,
    checked_at timestamptz
  )
  left join lateral (
    select s.first_failed_at
    from run_history.assertions as s
    where given.verdict in ('warning', 'failed', 'error')
      and s.schema_name = given.schema_name and s.assertion_name = given.assertion_name
      and s.checked_at < given.checked_at
    order by s.checked_at desc
    limit 1
  ) as before on true
  on conflict do nothing`;
