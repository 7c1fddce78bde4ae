import { isSameDatabase, readIdentity } from "../database/connection/server-identity.ts";
import type { Database } from "../database/database.ts";
import { withDatabase } from "../database/open-database.ts";
import { type ErrorCode, RunnerError } from "../errors.ts";
import { type EarlierRun, readRunLog } from "../resume/read-run-log.ts";
import type { Attempt, Outcome } from "../schedule/keep-schedule.ts";
import { type LogLine, runLine } from "../schedule/run-lines.ts";
import { overridesOf, runConfigOf } from "./given-options.ts";
import { openForRun } from "./notify-of-run.ts";
import { runLogOf } from "./resume-arguments.ts";
import { runWithReports } from "./run-and-report.ts";
import { limitsOf, type RunArguments, runLimitOf, runTests } from "./run-with-arguments.ts";
import type { EndSignal, StopSignal } from "./signals.ts";

/** Executes one run of a schedule. Never throws; failures are in the log. */
export async function scheduledRun(
  args: RunArguments,
  attempt: Attempt,
  end: EndSignal,
  log: (line: LogLine) => void,
): Promise<Outcome> {
  const stop = stopOf(runLimitOf(args), end);
  try {
    return await run(args, attempt, stop, end, log);
  } catch (error) {
    return failedToRun(error, stop, log);
  } finally {
    stop.dispose();
  }
}

async function run(
  args: RunArguments,
  { runId, resumes }: Attempt,
  stop: StopSignal,
  { startNoMore }: EndSignal,
  log: (line: LogLine) => void,
): Promise<Outcome> {
  const { projectDir, credentials, threads, junit, summary } = args;
  const { signal } = stop;
  const given = { overrides: overridesOf(args), runConfig: runConfigOf(args) };
  const where = { projectDir, env: process.env, credentials };
  const maxConnections = Math.max(8, threads);
  const told = { link: args.link, isScheduled: true };
  const open = openForRun({ ...where, maxConnections, signal }, told);
  return withDatabase(open, async (database) => {
    const earlier = resumes && (await runToContinue(projectDir, resumes, database));
    const { overrides, runConfig } = earlier?.head ?? given;
    const tests = { database, overrides, signal, isScheduled: true };
    const tested = await runTests({ ...args, json: true }, tests);
    if (tested !== "successful") return { status: tested, mayPass: tested === "timed_out" };
    const { status } = await runWithReports({
      ...{ projectDir, database, runId, threads, overrides, runConfig },
      changedSince: (earlier?.head ?? args).changedSince,
      ...limitsOf(args),
      ...{ junit, summary, waitMillis: args.wait, resumeFrom: earlier, signal, startNoMore },
      ...told,
      history: args.history,
      listener: (event) => {
        const line = runLine(event);
        if (line) log(line);
      },
    });
    return { status, mayPass: status === "failed" || status === "timed_out" };
  });
}

/**
 * The log of the last of some runs that has begun. Undefined when there is no usable log of any of them, and when the server
 * has failed over or was restored since: what that run has done may not be there.
 */
async function runToContinue(
  projectDir: string,
  runIds: readonly string[],
  database: Database,
): Promise<EarlierRun | undefined> {
  const earlier = logOf(projectDir);
  if (earlier === undefined || !runIds.includes(earlier.head.runId)) return undefined;
  return isSameDatabase(earlier.head.database, await readIdentity(database)) ? earlier : undefined;
}

function logOf(projectDir: string): EarlierRun | undefined {
  try {
    return readRunLog(runLogOf(projectDir), projectDir);
  } catch {
    return undefined;
  }
}

const passing: readonly ErrorCode[] = [
  "CONNECTION_FAILED",
  "DATABASE_FAILED",
  "LOCKED",
  "TIMED_OUT",
  "INTERNAL",
];

function failedToRun(
  error: unknown,
  { signal }: StopSignal,
  log: (line: LogLine) => void,
): Outcome {
  if (signal.reason === "timeout") {
    log({ level: "error", event: "runImpossible", ...timeIsOver });
    return { status: "timed_out", mayPass: true };
  }
  const { code = "INTERNAL", hint } = error instanceof RunnerError ? error : {};
  const message = error instanceof Error ? error.message : String(error);
  log({ level: "error", event: "runImpossible", code, message, hint });
  if (code === "CANCELLED") return { status: "cancelled", mayPass: false };
  return { status: "failed", mayPass: passing.includes(code) };
}

const timeIsOver = {
  code: "TIMED_OUT",
  message: "the time limit of the run was reached before its actions began",
  hint: "raise --execution-timeout, or --timeout where that is not given",
};

function stopOf(timeoutMillis: number | undefined, { cancel }: EndSignal): StopSignal {
  const limit = new AbortController();
  const timer =
    timeoutMillis === undefined
      ? undefined
      : setTimeout(() => limit.abort("timeout"), timeoutMillis);
  return {
    signal: AbortSignal.any([cancel, limit.signal]),
    exitCode: () => undefined,
    dispose: () => clearTimeout(timer),
  };
}
