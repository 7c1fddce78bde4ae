import { RunnerError } from "../errors.ts";
import { printFailure } from "./output.ts";

/** The signal to stop a command, and the exit code for it. */
export interface StopSignal {
  signal: AbortSignal;
  /** 129 after SIGHUP, 130 after SIGINT, 143 after SIGTERM, else undefined. */
  exitCode: () => number | undefined;
  /** Stops listening. */
  dispose: () => void;
}

const exitCodes = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;
type StopName = keyof typeof exitCodes;

let listening = 0;

/** Whether the running command must finish even when no process reads its output. */
function isStoppable(): boolean {
  return listening > 0;
}

/**
 * A reader that stops early, as in `dataform query … | head`, is not a failure. A run continues:
 * its effect on the database must not depend on who reads its output. `onLost` gets the error of output that
 * cannot be written for another reason, such as a full disk; without it, it is thrown, which ends the process.
 */
export function surviveClosedOutput(onLost?: (error: Error) => void): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      const isClosed = error.code === "EPIPE" || error.code === "EIO";
      if (isClosed && !isStoppable()) process.exit(process.exitCode ?? 0);
      if (isClosed) return;
      if (onLost === undefined) throw error;
      onLost(error);
    });
  }
}

/**
 * The first SIGINT, SIGTERM or SIGHUP aborts the signal, so that running statements are cancelled on
 * the server; a second one leaves at once. After `timeoutMillis` the signal is aborted with "timeout".
 * `endsWithReader`: the work is for nothing when nobody reads its output.
 */
export function listenForStop(timeoutMillis?: number, endsWithReader = false): StopSignal {
  const controller = new AbortController();
  let received: StopName | undefined;
  const onSignal = (name: NodeJS.Signals): void => {
    if (!isStopName(name)) return;
    if (received) process.exit(exitCodes[name]);
    received = name;
    // The abort takes away the lines that are drawn again: what follows stands below the others.
    controller.abort(name);
    process.stderr.write(`\n${name}: cancelling; once more leaves at once\n`);
  };
  const names = Object.keys(exitCodes) as StopName[];
  for (const name of names) process.on(name, onSignal);
  const timer =
    timeoutMillis === undefined
      ? undefined
      : setTimeout(() => controller.abort("timeout"), timeoutMillis);
  const counted = endsWithReader ? 0 : 1;
  listening += counted;
  return {
    signal: controller.signal,
    exitCode: () => received && exitCodes[received],
    dispose: () => {
      listening -= counted;
      clearTimeout(timer);
      for (const name of names) process.off(name, onSignal);
    },
  };
}

/** How a command that runs for ever learns that it should end. */
export interface EndSignal {
  /** Aborted by the first signal: nothing more is to begin. */
  startNoMore: AbortSignal;
  /** Aborted by the second signal: running statements are to be cancelled. */
  cancel: AbortSignal;
  /** Stops listening. */
  dispose: () => void;
}

/** Listens for SIGINT, SIGTERM and SIGHUP; `tell` hears of the first two, and the third leaves at once. */
export function listenForEnd(tell: (signal: string, effect: string) => void): EndSignal {
  const [startNoMore, cancel] = [new AbortController(), new AbortController()];
  const onSignal = (name: NodeJS.Signals): void => {
    if (cancel.signal.aborted) process.exit(isStopName(name) ? exitCodes[name] : 1);
    if (startNoMore.signal.aborted) {
      tell(name, "cancelling running statements; the same signal again ends at once");
      cancel.abort(name);
    } else {
      tell(name, "finishing running actions; the same signal again cancels them");
      startNoMore.abort(name);
    }
  };
  const names = Object.keys(exitCodes) as StopName[];
  for (const name of names) process.on(name, onSignal);
  listening += 1;
  return {
    startNoMore: startNoMore.signal,
    cancel: cancel.signal,
    dispose: () => {
      listening -= 1;
      for (const name of names) process.off(name, onSignal);
    },
  };
}

const endsWithReader: ReadonlySet<string> = new Set(["query", "show", "history", "lineage"]);

/** The name of the command in messages, and the milliseconds after which it is stopped, with their flag. */
export interface StoppableOptions {
  what:
    | "run"
    | "plan"
    | "unit test"
    | "query"
    | "show"
    | "audit"
    | "status"
    | "ingest"
    | "history"
    | "freshness"
    | "dump"
    | "restore"
    | "upgrade"
    | "lineage"
    | "docs";
  timeoutMillis?: number | undefined;
  flag?: string;
}

/**
 * Does work that a signal or the clock can stop, and gives its exit code, or that of the signal.
 * Throws TIMED_OUT when the time was over before the work could account for itself.
 */
export async function untilStopped(
  { what, timeoutMillis, flag = "--timeout" }: StoppableOptions,
  work: (stop: StopSignal) => Promise<number>,
): Promise<number> {
  const stop = listenForStop(timeoutMillis, endsWithReader.has(what));
  try {
    return await work(stop);
  } catch (error) {
    const stopped = stop.exitCode();
    if (stopped !== undefined) {
      const isCancelled = error instanceof RunnerError && error.code === "CANCELLED";
      printFailure(isCancelled ? new RunnerError("CANCELLED", `the ${what} was cancelled`) : error);
      return stopped;
    }
    if (stop.signal.reason !== "timeout") throw error;
    const seconds = (timeoutMillis ?? 0) / 1000;
    throw new RunnerError("TIMED_OUT", `the ${what} was not finished within ${seconds} s`, {
      hint: `raise ${flag}`,
      cause: error,
    });
  } finally {
    stop.dispose();
  }
}

function isStopName(name: string): name is StopName {
  return Object.hasOwn(exitCodes, name);
}
