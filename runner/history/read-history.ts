import type { Session } from "../database/database.ts";
import { RunnerError } from "../errors.ts";
import { actionsOf, runsQuery } from "./history-queries.ts";

/** A run in a list. Times are ISO 8601 in UTC. */
export interface HistoryRun {
  run_id: string;
  project: string;
  status: string;
  started_at: string;
  ended_at: string | null;
  duration_seconds: number | null;
  exit_code: number | null;
  planned_actions: number;
  successful: number;
  failed: number;
  skipped: number;
  cancelled: number;
  warnings: number;
  command: string | null;
}

/** One action in one run. */
export interface HistoryAction {
  run_id: string;
  schema_name: string;
  action_name: string;
  type: string;
  status: string;
  started_at: string;
  duration_seconds: number;
  /** Median of the 20 successful times before; null when there is none. */
  usual_seconds: number | null;
  /** How many times the median is computed from. */
  compared_runs: number;
  queue_seconds: number | null;
  lock_wait_seconds: number | null;
  rows: number | null;
  retries: number;
  error: string | null;
  reason: string | null;
  /** Of an assertion in the config block of a table: that table. */
  checked: string | null;
  /** Of an assertion. */
  rule: string | null;
  verdict: string | null;
  failing_rows: number | null;
  /** When it failed first, for an action that is failing. */
  failing_since: string | null;
}

/** A run with all of its actions. */
export interface HistoryDetail extends HistoryRun {
  error: string | null;
  selection: Record<string, unknown>;
  versions: Record<string, string>;
  git_commit: string | null;
  git_branch: string | null;
  host: string | null;
  user_name: string | null;
  role_name: string;
  resumed_from: string | null;
  actions: HistoryAction[];
}

/** The conditions on the runs to list. */
export interface HistoryFilter {
  limit: number;
  /** Milliseconds since 1970. */
  since?: number | undefined;
  status?: string | undefined;
  /** Name of an action, with or without its schema; `*` stands for anything. */
  action?: string | undefined;
}

/** Whether this database has a history. Throws when the schema was not made by this program. */
export async function hasHistory(session: Session): Promise<boolean> {
  const { rows } = await session.query(
    `select c.relkind = 'r' and not c.relrowsecurity
     from pg_class as c
     where c.relnamespace = to_regnamespace('run_history')
       and c.relname in ('runs', 'actions', 'assertions')`,
  );
  if (rows.length === 0) return false;
  // A view and a policy would run code of their owners.
  if (rows.length === 3 && rows.every(([isTable]) => isTable === "t")) return true;
  throw new RunnerError("DATABASE_FAILED", "the schema run_history was not made by this program");
}

/** The last runs, the newest first; with `ids` of these alone. */
export async function readRuns(
  session: Session,
  filter: HistoryFilter & { ids?: readonly string[] },
): Promise<HistoryRun[]> {
  const { since, status = null, action, limit, ids } = filter;
  return await readJson(
    session,
    `select * from (${runsQuery}) as run
     where ($1::timestamptz is null or started_at >= $1::timestamptz)
       and ($2::text is null or status = $2)
       and ($3::text is null or exists (
         select from run_history.actions as a where a.run_id = run.run_id and ${isNamed("$3")}))
       and ($5::jsonb is null or run_id in (select jsonb_array_elements_text($5::jsonb)))
     order by started_at desc limit $4::integer`,
    [timeOf(since), status, patternOf(action), limit, ids ? JSON.stringify(ids) : null],
  );
}

/** The last times that actions of a name ran, the newest first. */
export async function readActions(
  session: Session,
  filter: HistoryFilter & { action: string },
): Promise<HistoryAction[]> {
  const { since, status = null, action, limit } = filter;
  const chosen = `(
    select a.* from run_history.actions as a
    where ${isNamed("$3")}
      and ($1::timestamptz is null or a.started_at >= $1::timestamptz)
      and ($2::text is null or a.status = $2)
    order by a.started_at desc limit $4::integer)`;
  return await readJson(session, `${actionsOf(chosen)} order by a.started_at desc`, [
    ...[timeOf(since), status, patternOf(action), limit],
  ]);
}

/**
 * One run: the last one for `latest`, else the one whose id begins so. Throws USAGE when there is none
 * or more than one.
 */
export async function readRun(session: Session, id: string): Promise<HistoryDetail> {
  const which = id === "latest" ? "true" : "(run_id = $1 or starts_with(run_id, $1))";
  const found = await readJson<{ run_id: string }>(
    session,
    `select run_id from run_history.runs where ${which} and $1::text is not null
     order by run_id = $1 desc, started_at desc limit 2`,
    [id],
  );
  const [first, other] = found;
  if (first === undefined) {
    throw new RunnerError("USAGE", `no run has the id ${id}`, {
      hint: "dataform history lists them",
    });
  }
  if (other && id !== "latest" && first.run_id !== id) {
    throw new RunnerError("USAGE", `more than one run has an id that begins with ${id}`, {
      hint: `write more of it: ${first.run_id}`,
    });
  }
  const [run] = await readJson<HistoryDetail>(
    session,
    `select run.*, r.error, r.selection, r.versions, r.git_commit, r.git_branch, r.host, r.user_name,
       r.role_name, r.resumed_from
     from (${runsQuery}) as run join run_history.runs as r on r.run_id = run.run_id
     where run.run_id = $1`,
    [first.run_id],
  );
  const chosen = "(select * from run_history.actions where run_id = $1)";
  const actions = await readJson<HistoryAction>(
    session,
    `${actionsOf(chosen)} order by a.started_at, a.schema_name, a.action_name`,
    [first.run_id],
  );
  return { ...(run as HistoryDetail), actions };
}

function isNamed(pattern: string): string {
  return `(a.action_name like ${pattern} or a.schema_name || '.' || a.action_name like ${pattern})`;
}

function patternOf(action: string | undefined): string | null {
  return action?.replace(/[\\%_]/g, "\\$&").replaceAll("*", "%") ?? null;
}

function timeOf(millis: number | undefined): string | null {
  return millis === undefined ? null : new Date(millis).toISOString();
}

async function readJson<Row>(
  session: Session,
  query: string,
  values: readonly (string | number | null)[],
): Promise<Row[]> {
  const { rows } = await session.query(
    `select row_to_json(found) from (${query}) as found`,
    values,
  );
  return rows.map(([json]) => JSON.parse(json ?? "null") as Row);
}
