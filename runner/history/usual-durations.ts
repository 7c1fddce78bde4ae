import type { CompiledGraph } from "../compile/compiled-graph.ts";
import type { Database, Session } from "../database/database.ts";
import type { ExecutionGraph } from "../plan/execution-graph.ts";
import type { RunListener } from "../results/run-event.ts";
import type { ActionResult } from "../results/run-result.ts";
import { targetKey, targetName } from "../target.ts";
import { isWithoutHistory, prepareSchema } from "./prepare-schema.ts";

/** The usual duration of an action and the longest that is not reported, in seconds. */
interface UsualDuration {
  mean: number;
  most: number;
  runs: number;
}

/**
 * Takes the listener of a run and returns one that also reports tables with `usualDuration` that took
 * longer than usual. Reads the history before the run, and only when a table needs it.
 */
export async function tellingDurations(
  compiled: CompiledGraph,
  database: Database,
  listener: RunListener,
): Promise<RunListener> {
  const asking = (compiled.tables ?? []).flatMap((table) => {
    const { usualDuration } = table.settings?.assertions ?? {};
    return usualDuration ? [{ target: table.target, ...usualDuration }] : [];
  });
  if (asking.length === 0) return listener;
  const wanted = asking.map(({ target, lastRuns, deviations }) => ({
    ...{ schema_name: target.schema, name: target.name, last_runs: lastRuns, deviations },
  }));
  const usual = await readUsual(database, wanted);
  return (event) => {
    listener(event);
    if (event.type !== "actionFinished") return;
    const message = unusual(event.result, usual.get(targetKey(event.result.target)));
    if (message) listener({ type: "notice", message });
  };
}

/**
 * Reads how many seconds the actions of a graph usually take: the median of the last 20 times that
 * they were successful.
 */
export async function readUsualSeconds(
  session: Session,
  { actions }: ExecutionGraph,
): Promise<ReadonlyMap<string, number>> {
  const wanted = actions.map(({ target: { schema, name } }) => ({ schema_name: schema, name }));
  const { rows } = await session.query(mediansQuery, [JSON.stringify(wanted)]);
  return new Map(
    rows.map(([schema, name, median]) => [
      targetKey({ schema: schema ?? "", name: name ?? "" }),
      Number(median),
    ]),
  );
}

// The reason for a missing history is reported when the run is written.
async function readUsual(
  database: Database,
  wanted: readonly object[],
): Promise<ReadonlyMap<string, UsualDuration>> {
  const read = async ({ own }: Session) => {
    await prepareSchema(own);
    return (await own.query(usualQuery, [JSON.stringify(wanted)])).rows;
  };
  try {
    const rows = await database.session(read);
    return new Map(
      rows.map(([schema, name, mean, most, runs]) => [
        targetKey({ schema: schema ?? "", name: name ?? "" }),
        { mean: Number(mean), most: Number(most), runs: Number(runs) },
      ]),
    );
  } catch (error) {
    if (isWithoutHistory(error)) return new Map();
    throw error;
  }
}

function unusual(
  { target, status, reused, timing }: ActionResult,
  usual: UsualDuration | undefined,
): string | undefined {
  const seconds = (timing.endTimeMillis - timing.startTimeMillis) / 1000;
  if (!usual || reused || status !== "successful" || seconds <= usual.most) return undefined;
  const { mean, most, runs } = usual;
  const words = `usually ${mean.toFixed(2)} s (mean of ${runs} runs) and ${most.toFixed(2)} s at most`;
  return `warning: ${targetName(target)} took ${seconds.toFixed(2)} s, ${words}`;
}

// As in with-earlier-checks.ts; a tenth of a second more than usual is not reported.
const usualQuery = `
  select wanted.schema_name, wanted.name, usual.mean,
    usual.mean + greatest(wanted.deviations * usual.deviation, usual.mean / 100, 0.1), usual.runs
  from json_to_recordset($1::json) as wanted (
    schema_name text, name text, last_runs integer, deviations numeric
  )
  cross join lateral (
    select avg(seconds) as mean, stddev_samp(seconds) as deviation, count(*) as runs
    from (
      select extract(epoch from a.ended_at - a.started_at) as seconds
      from run_history.actions as a
      where a.schema_name = wanted.schema_name and a.action_name = wanted.name
        and a.status = 'successful' and not a.reused
      order by a.started_at desc
      limit wanted.last_runs
    ) as latest
  ) as usual
  where usual.runs >= 3`;

const mediansQuery = `
  select wanted.schema_name, wanted.name, usual.median
  from json_to_recordset($1::json) as wanted (schema_name text, name text)
  cross join lateral (
    select percentile_cont(0.5) within group (
      order by extract(epoch from latest.ended_at - latest.started_at)
    ) as median
    from (
      select a.started_at, a.ended_at
      from run_history.actions as a
      where a.schema_name = wanted.schema_name and a.action_name = wanted.name
        and a.status = 'successful' and not a.reused
      order by a.started_at desc
      limit 20
    ) as latest
  ) as usual
  where usual.median is not null`;
