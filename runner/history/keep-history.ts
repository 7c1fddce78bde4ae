import type { Database, Session } from "../database/database.ts";
import type { ExecutionGraph } from "../plan/execution-graph.ts";
import type { RunListener } from "../results/run-event.ts";
import type { RunResult } from "../results/run-result.ts";
import { createHistoryQueue, type HistoryQueue } from "./history-queue.ts";
import { laterBy } from "./history-rows.ts";
import { historySchema, NoHistory, prepareSchema } from "./prepare-schema.ts";
import { rowsOfRun } from "./rows-of-run.ts";
import { endOfError, endOfResult } from "./run-end.ts";
import { serverClockAhead } from "./server-clock.ts";
import { readUsualSeconds } from "./usual-durations.ts";
import { deleteOld, type RunFacts, writeBatch, writeBegin, writeEnd } from "./write-history.ts";

/** A run whose history is kept. */
export interface KeptRun {
  facts: RunFacts;
  graph: ExecutionGraph;
  database: Database;
  listener: RunListener;
  /** Milliseconds after which old runs are deleted. */
  keepMillis: number;
  /** The signal that ends the run. */
  signal?: AbortSignal | undefined;
  /** Whether the listener is told how long actions usually take. */
  tellsUsual?: boolean | undefined;
}

/**
 * Executes a run and writes its history at the same time, in a session of its own. The run waits for
 * its history only at its end, and never fails because of it. A failure to write is reported in one
 * line.
 */
export async function keepHistory(
  run: KeptRun,
  execute: (listener: RunListener) => Promise<RunResult>,
): Promise<RunResult> {
  const queue = createHistoryQueue();
  const rowsOf = rowsOfRun(run.graph, run.facts.startTimeMillis);
  const patience = new AbortController();
  const writing = writeAll(run, queue, patience.signal);
  try {
    const result = await execute((event) => {
      if (event.type === "actionFinished") queue.add(rowsOf(event.result));
      run.listener(event);
    });
    queue.end(endOfResult(result, run.signal));
    return result;
  } catch (error) {
    queue.end(endOfError(error, Date.now(), run.signal));
    throw error;
  } finally {
    const timer = setTimeout(() => patience.abort(), patienceMillis);
    await writing;
    clearTimeout(timer);
  }
}

// The result of a run is reported even if the server does not answer the history.
const patienceMillis = 15_000;

/** Writes until the run has ended; tries once more then, if something could not be written. */
async function writeAll(run: KeptRun, queue: HistoryQueue, patience: AbortSignal): Promise<void> {
  const attempt = () =>
    problemOf(() => run.database.session((session) => write(session.own, run, queue), patience));
  const problem = await attempt();
  if (problem === undefined) return;
  if (problem instanceof NoHistory) return tell(run, `no run history is kept: ${problem.message}`);
  tell(run, `the run history cannot be written; it is tried again at the end: ${problem.message}`);
  await queue.ended();
  await attempt();
}

function tell({ listener }: KeptRun, message: string): void {
  listener({ type: "notice", message });
}

async function problemOf(work: () => Promise<void>): Promise<Error | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

async function write(session: Session, run: KeptRun, queue: HistoryQueue): Promise<void> {
  const { facts, keepMillis, graph, listener } = run;
  if (graph.actions.some(({ target }) => target.schema === historySchema)) {
    throw new NoHistory(`the project has actions in the schema ${historySchema}`);
  }
  await session.query(settings);
  await prepareSchema(session);
  const ahead = await serverClockAhead(session);
  const startTimeMillis = facts.startTimeMillis + ahead;
  if (ahead !== 0) tell(run, wrongClock(ahead));
  await writeBegin(session, { ...facts, startTimeMillis });
  if (run.tellsUsual) {
    listener({ type: "usualDurations", seconds: await readUsualSeconds(session, graph) });
  }
  await deleteOld(session, keepMillis, startTimeMillis);
  for (let batch = await queue.next(); batch !== undefined; batch = await queue.next()) {
    await writeBatch(session, facts.runId, ahead === 0 ? batch : laterBy(ahead, batch));
    queue.written();
  }
  const end = await queue.ended();
  await writeEnd(session, facts.runId, { ...end, endTimeMillis: end.endTimeMillis + ahead });
}

function wrongClock(ahead: number): string {
  const minutes = Math.round(Math.abs(ahead) / 60_000);
  return `the clock of this machine is ${minutes} min ${ahead < 0 ? "ahead of" : "behind"} the database's: the run history tells the time of the database`;
}

// Commits without waiting for the disk: a crash of the server loses at most the last moments of the
// history.
const settings = `
  set statement_timeout = '10s';
  set lock_timeout = '5s';
  set synchronous_commit = off`;
