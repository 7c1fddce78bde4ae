import { type UsualBounds, unusualRows } from "../compile/usual-rows.ts";
import type { Database, Session } from "../database/database.ts";
import type { AssertionTask, EarlierChecks, ExecutionGraph } from "../plan/execution-graph.ts";
import { type Target, targetKey } from "../target.ts";
import { isWithoutHistory, prepareSchema, requireHistory } from "./prepare-schema.ts";

/** The earlier results of one assertion in the history. */
interface Memory {
  before: EarlierChecks;
  bounds?: UsualBounds;
}

/** The conditions under which the history is read. */
export interface MemoryOptions {
  /** Whether the history of this run is kept: then the schema is created if it does not exist. */
  isKept: boolean;
  /** Receives a notice when rules need earlier runs that cannot be read. */
  tell: (message: string) => void;
  signal?: AbortSignal | undefined;
}

/**
 * Returns the graph with the earlier results of the assertions that need them (`failIf`, `warnFor`,
 * `usualRows`). Returns the same graph when none does or the history cannot be read: then no failure
 * becomes a warning.
 */
export async function withEarlierChecks(
  graph: ExecutionGraph,
  database: Database,
  { isKept, tell, signal }: MemoryOptions,
): Promise<ExecutionGraph> {
  const asking = graph.actions.flatMap(({ target, tasks }) =>
    tasks.flatMap((task) => (task.type === "assertion" && asks(task) ? [{ target, task }] : [])),
  );
  if (asking.length === 0) return graph;
  try {
    const found = await database.session(({ own }) => readMemory(own, asking, isKept), signal);
    return withMemory(graph, found);
  } catch (error) {
    if (!isWithoutHistory(error)) throw error;
    tell(
      `assertions with failIf, warnFor or usualRows know nothing of earlier runs: ${error.message}`,
    );
    return graph;
  }
}

function asks({ limits = [], usual }: AssertionTask): boolean {
  return usual !== undefined || limits.some(({ failIf, warnFor }) => failIf ?? warnFor);
}

async function readMemory(
  session: Session,
  asking: readonly { target: Target; task: AssertionTask }[],
  isKept: boolean,
): Promise<ReadonlyMap<string, Memory>> {
  await (isKept ? prepareSchema(session) : requireHistory(session));
  const wanted = asking.map(({ target, task: { usual } }) => ({
    ...{ schema_name: target.schema, name: target.name },
    ...{ last_runs: usual?.lastRuns ?? 0, deviations: usual?.deviations ?? 0 },
  }));
  const { rows } = await session.query(memoryQuery, [JSON.stringify(wanted)]);
  return new Map(rows.map((row) => [keyOf(row), memoryOf(row)]));
}

type Row = readonly (string | null)[];

function keyOf([schema, name]: Row): string {
  return targetKey({ schema: schema ?? "", name: name ?? "" });
}

function memoryOf([, , failingRows, percent, failingRuns, lowest, highest]: Row): Memory {
  const isKnown = failingRows !== null && failingRows !== undefined;
  const share = percent === null ? null : Number(percent);
  return {
    before: {
      ...(isKnown && { last: { failingRows: Number(failingRows), percent: share } }),
      failingRuns: Number(failingRuns),
    },
    ...(lowest && highest && { bounds: { lowest: Number(lowest), highest: Number(highest) } }),
  };
}

function withMemory(graph: ExecutionGraph, found: ReadonlyMap<string, Memory>): ExecutionGraph {
  const known = (target: Target, task: AssertionTask): AssertionTask => {
    const memory = found.get(targetKey(target));
    if (!memory) return task;
    const { before, bounds } = memory;
    const isBound = task.usual && task.checks && bounds;
    const statement = isBound ? unusualRows(task.checks as Target, bounds) : task.statement;
    return { ...task, statement, before };
  };
  return {
    ...graph,
    actions: graph.actions.map((action) => ({
      ...action,
      tasks: action.tasks.map((task) =>
        task.type === "assertion" ? known(action.target, task) : task,
      ),
      ...(action.gates && {
        gates: action.gates.map((gate) => ({ ...gate, task: known(gate.target, gate.task) })),
      }),
    })),
  };
}

// A mean of fewer than three numbers is not used. The deviation counts as at least one per cent: a
// table that always had the same number of rows would have none.
const memoryQuery = `
  select
    wanted.schema_name, wanted.name, last.failing_rows, last.percent, streak.failing_runs,
    floor(usual.mean - wanted.deviations * greatest(usual.deviation, usual.mean / 100)),
    ceil(usual.mean + wanted.deviations * greatest(usual.deviation, usual.mean / 100))
  from json_to_recordset($1::json) as wanted (
    schema_name text, name text, last_runs integer, deviations numeric
  )
  left join lateral (
    select s.failing_rows, s.percent
    from run_history.assertions as s
    where s.schema_name = wanted.schema_name and s.assertion_name = wanted.name
      and s.verdict in ('passed', 'tolerated', 'warning')
    order by s.checked_at desc
    limit 1
  ) as last on true
  cross join lateral (
    select count(*) as failing_runs
    from run_history.assertions as s
    where s.schema_name = wanted.schema_name and s.assertion_name = wanted.name
      and s.verdict in ('warning', 'failed')
      and s.checked_at > coalesce((
        select max(p.checked_at)
        from run_history.assertions as p
        where p.schema_name = wanted.schema_name and p.assertion_name = wanted.name
          and p.verdict in ('passed', 'tolerated')
      ), '-infinity')
  ) as streak
  cross join lateral (
    select
      case when count(*) >= 3 then avg(latest.checked_rows) end as mean,
      stddev_samp(latest.checked_rows) as deviation
    from (
      select s.checked_rows
      from run_history.assertions as s
      where s.schema_name = wanted.schema_name and s.assertion_name = wanted.name
        and s.verdict in ('passed', 'tolerated', 'warning') and s.checked_rows is not null
      order by s.checked_at desc
      limit wanted.last_runs
    ) as latest
  ) as usual`;
