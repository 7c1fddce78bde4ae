import type { RunStatus } from "../results/run-result.ts";
import type { NextAfter } from "./cron-times.ts";

/** The clock and a way to wait; a test passes its own. */
export interface Clock {
  now: () => Date;
  /** Resolves after `millis`, or as soon as the signal is aborted. */
  sleep: (millis: number, signal: AbortSignal) => Promise<void>;
}

/** The state that outlives the process, so that a start after a crash can catch up. */
export interface ScheduleMemory {
  /** Times up to this one are handled. */
  handledUntil: Date;
  /** The run whose end is not known, behind those that it was to continue. */
  unfinishedRuns?: readonly string[] | undefined;
}

/** One run to start. */
export interface Attempt {
  runId: string;
  /** The runs of which the last one that has begun is to be continued. When none can be, everything runs. */
  resumes?: readonly string[] | undefined;
}

/** How an attempt ended; `mayPass`: a later one may succeed. */
export interface Outcome {
  status: RunStatus;
  mayPass: boolean;
}

/** The events of a schedule. */
export type ScheduleEvent =
  | { event: "waiting"; due: Date }
  | { event: "clockSetBack"; handledUntil: Date }
  | { event: "runStarted"; runId: string; reason: "due" | "retry" | "interrupted"; due?: Date }
  | { event: "runEnded"; runId: string; status: RunStatus; startedAt: Date; endedAt: Date }
  | { event: "retryPlanned"; at: Date; retry: number; retries: number }
  | { event: "gaveUp"; retries: number; next: Date }
  | { event: "stateNotStored"; message: string };

/** A schedule and the functions that it uses. */
export interface Schedule {
  nextAfter: NextAfter;
  clock: Clock;
  /** Times before the first start are not caught up: then there is no memory yet. */
  recall: () => ScheduleMemory | undefined;
  /** Throws when the state cannot be stored; the schedule goes on and tells it. */
  remember: (memory: ScheduleMemory) => void;
  run: (attempt: Attempt) => Promise<Outcome>;
  newRunId: () => string;
  /** How often a failed run is continued; each pause is twice as long as the one before. */
  retries: number;
  retryPauseMillis: number;
  tell: (event: ScheduleEvent) => void;
  /** When it is aborted, no more runs are started. */
  stop: AbortSignal;
}

// The clock is read at least this often, so that a change of it or a sleep of the machine is noticed.
const longestSleepMillis = 30_000;

// When the clock is set back by less than this, no time is run twice.
const toleratedBackMillis = 3 * 3_600_000;

/**
 * Runs at each time of a schedule until `stop` is aborted. Never more than one run is active: times
 * that passed during a run, or while no process was running, are caught up by one run. A run that was
 * interrupted, by a crash or by `stop`, is continued first. A failed run is continued after a pause,
 * unless the next time comes before.
 */
export async function keepSchedule(schedule: Schedule): Promise<void> {
  const { clock, nextAfter, stop, tell } = schedule;
  const recalled = schedule.recall();
  const memory = recalled ?? { handledUntil: clock.now() };
  // A time that passes while the process is off is caught up, also before the first run.
  if (recalled === undefined) store(schedule, memory);
  if (memory.unfinishedRuns !== undefined) {
    await runUntilWell(schedule, memory, { reason: "interrupted" });
  }
  while (!stop.aborted) {
    const due = nextAfter(memory.handledUntil);
    tell({ event: "waiting", due });
    await sleepUntil(due, schedule, memory);
    if (stop.aborted) return;
    if (isWrongByMuch(schedule, memory)) {
      tell({ event: "clockSetBack", handledUntil: memory.handledUntil });
      memory.handledUntil = clock.now();
    } else {
      memory.handledUntil = clock.now();
      await runUntilWell(schedule, memory, { reason: "due", due });
    }
  }
}

/** Whether the clock shows a time so far before the handled ones that it was wrong then. */
function isWrongByMuch({ clock }: Schedule, { handledUntil }: ScheduleMemory): boolean {
  return handledUntil.getTime() - clock.now().getTime() > toleratedBackMillis;
}

/** Runs, and continues the run while it fails, as often and as long as the schedule allows. */
async function runUntilWell(schedule: Schedule, memory: ScheduleMemory, cause: Cause) {
  const { retries, stop, tell } = schedule;
  for (let retry = 0; ; retry += 1) {
    const { status, mayPass } = await runOnce(schedule, memory, retry > 0 ? retryCause : cause);
    // The next start of the process continues it.
    if (stop.aborted && (mayPass || status === "cancelled")) return;
    const at = mayPass ? retryAt(schedule, memory, retry) : undefined;
    if (at === undefined) break;
    tell({ event: "retryPlanned", at, retry: retry + 1, retries });
    await sleepUntil(at, schedule, memory);
    if (stop.aborted) return;
  }
  memory.unfinishedRuns = undefined;
  store(schedule, memory);
}

/** A full disk keeps no run from starting: only the next process does not know of it then. */
function store({ remember, tell }: Schedule, memory: ScheduleMemory): void {
  try {
    remember({ ...memory });
  } catch (error) {
    tell({ event: "stateNotStored", message: error instanceof Error ? error.message : `${error}` });
  }
}

type Cause = { reason: "due" | "retry" | "interrupted"; due?: Date };

const retryCause: Cause = { reason: "retry" };

/** Returns when a failed run is to be continued, or undefined when the next time is waited for. */
function retryAt(schedule: Schedule, { handledUntil }: ScheduleMemory, retry: number) {
  const { clock, retries, retryPauseMillis } = schedule;
  if (retries === 0) return undefined;
  const next = schedule.nextAfter(handledUntil);
  const at = new Date(clock.now().getTime() + retryPauseMillis * 2 ** retry);
  if (retry < retries && at < next) return at;
  schedule.tell({ event: "gaveUp", retries: retry, next });
  return undefined;
}

async function runOnce(schedule: Schedule, memory: ScheduleMemory, cause: Cause): Promise<Outcome> {
  const { clock, tell } = schedule;
  const resumes = cause.reason === "due" ? undefined : memory.unfinishedRuns;
  const runId = schedule.newRunId();
  memory.unfinishedRuns = [...(resumes ?? []), runId];
  store(schedule, memory);
  const startedAt = clock.now();
  tell({ event: "runStarted", runId, ...cause });
  const outcome = await schedule.run({ runId, resumes });
  const { status } = outcome;
  tell({ event: "runEnded", runId, status, startedAt, endedAt: clock.now() });
  return outcome;
}

/**
 * Sleeps until a time, or until waiting makes no sense any more: after a stop, or when the clock is
 * wrong.
 */
async function sleepUntil(at: Date, schedule: Schedule, memory: ScheduleMemory): Promise<void> {
  const { clock, stop } = schedule;
  for (;;) {
    const left = at.getTime() - clock.now().getTime();
    if (left <= 0 || stop.aborted || isWrongByMuch(schedule, memory)) return;
    await clock.sleep(Math.min(left, longestSleepMillis), stop);
  }
}
