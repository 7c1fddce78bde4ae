import type { Session } from "../../database/database.ts";
import { failingSince } from "../../history/history-queries.ts";
import { hasHistory, readRuns } from "../../history/read-history.ts";
import { safeMessage } from "../../pages/safe-message.ts";
import { type Target, targetKey } from "../../target.ts";
import type { ActionRun, DocsRun } from "../docs.ts";

/** What the history knows of a project. */
export interface ProjectHistory {
  /** The newest first. */
  runs: DocsRun[];
  /** The last runs of each action by `targetKey`, the newest first. */
  byAction: Map<string, ActionRun[]>;
}

/** Runs in the list, those of them with a page, and runs of one action. */
const mostRuns = 60;
const runsWithPage = 10;
const runsOfAction = 12;

/** Reads the last runs of a project's actions; undefined in a database without a history. */
export async function readProjectHistory(
  session: Session,
  targets: readonly Target[],
  withSamples: boolean,
): Promise<ProjectHistory | undefined> {
  if (!(await hasHistory(session))) return undefined;
  const own = JSON.stringify(targets);
  const byAction = new Map<string, ActionRun[]>();
  for (const row of await readJson(session, lastOfActions, [own, runsOfAction])) {
    const key = targetKey({ schema: row.schema_name, name: row.action_name });
    byAction.set(key, [...(byAction.get(key) ?? []), actionRun(row, withSamples)]);
  }
  const known = new Map(
    (await readJson(session, runsOfProject, [own, mostRuns])).map((row) => [row.run_id, row]),
  );
  const ours = await readRuns(session, { limit: mostRuns, ids: [...known.keys()] });
  const newest = ours.slice(0, runsWithPage).map(({ run_id }) => run_id);
  const rows = await readJson(session, actionsOfRuns, [JSON.stringify(newest)]);
  const runs = ours.map((run, index) => ({
    id: run.run_id,
    page: index < runsWithPage ? `runs/run-${index + 1}.html` : undefined,
    ...{ status: run.status, startedAt: run.started_at, seconds: run.duration_seconds },
    ...{ planned: run.planned_actions, successful: run.successful, failed: run.failed },
    ...{ skipped: run.skipped, warnings: run.warnings },
    commit: known.get(run.run_id)?.git_commit ?? null,
    branch: known.get(run.run_id)?.git_branch ?? null,
    actions: rows
      .filter(({ run_id }) => run_id === run.run_id)
      .map((row) => ({
        ...actionRun(row, withSamples),
        key: targetKey({ schema: row.schema_name, name: row.action_name }),
        type: row.type,
      })),
  }));
  return { runs, byAction };
}

interface HistoryRow {
  run_id: string;
  schema_name: string;
  action_name: string;
  type: string;
  status: string;
  started_at: string;
  ended_at: string;
  seconds: number;
  queue_seconds: number | null;
  lock_wait_seconds: number | null;
  rows: number | null;
  replacement: string | null;
  message: string | null;
  verdict: string | null;
  failing_rows: number | null;
  failing_since: string | null;
  sample: Record<string, unknown>[] | null;
  git_commit: string | null;
  git_branch: string | null;
}

function actionRun(row: HistoryRow, withSamples: boolean): ActionRun {
  return {
    runId: row.run_id,
    ...{ status: row.status, startedAt: row.started_at, endedAt: row.ended_at },
    ...{ seconds: row.seconds, queueSeconds: row.queue_seconds },
    ...{ lockSeconds: row.lock_wait_seconds, rows: row.rows, replacement: row.replacement },
    message: safeMessage(row.message, withSamples),
    ...{ verdict: row.verdict, failingRows: row.failing_rows, failingSince: row.failing_since },
    sample: withSamples ? (row.sample ?? []) : [],
  };
}

const columns = `
  a.run_id, a.schema_name, a.action_name, a.type, a.status, a.started_at, a.ended_at,
  round(extract(epoch from a.ended_at - a.started_at), 3) as seconds,
  a.queue_seconds, a.lock_wait_seconds, a.rows, a.replacement,
  coalesce(a.error, a.reason) as message,
  s.verdict, s.failing_rows, ${failingSince} as failing_since, s.sample`;

const findings = `
  left join run_history.assertions as s
    on s.run_id = a.run_id and s.schema_name = a.schema_name and s.assertion_name = a.action_name`;

// By the index on the name of an action, however long the history is.
const lastOfActions = `
  select ${columns}
  from jsonb_to_recordset($1::jsonb) as w (schema text, name text)
  cross join lateral (
    select * from run_history.actions as b
    where b.schema_name = w.schema and b.action_name = w.name and not b.reused
    order by b.started_at desc limit $2::integer
  ) as a ${findings}
  order by a.started_at desc`;

const runsOfProject = `
  select r.run_id, r.git_commit, r.git_branch
  from run_history.runs as r
  where exists (
    select from run_history.actions as a
    join jsonb_to_recordset($1::jsonb) as w (schema text, name text)
      on a.schema_name = w.schema and a.action_name = w.name
    where a.run_id = r.run_id)
  order by r.started_at desc limit $2::integer`;

const actionsOfRuns = `
  select ${columns}
  from run_history.actions as a ${findings}
  where a.run_id in (select jsonb_array_elements_text($1::jsonb)) and not a.reused
  order by a.started_at, a.schema_name, a.action_name`;

async function readJson(
  session: Session,
  query: string,
  values: readonly (string | number)[],
): Promise<HistoryRow[]> {
  const { rows } = await session.query(
    `select row_to_json(found) from (${query}) as found`,
    values,
  );
  return rows.map(([json]) => JSON.parse(json ?? "null") as HistoryRow);
}
