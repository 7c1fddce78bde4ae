import type { Database } from "../database/database.ts";
import { type OpenDatabaseOptions, openDatabase } from "../database/open-database.ts";
import { type ErrorCode, RunnerError } from "../errors.ts";
import { notify } from "../notify/notify.ts";
import { problemOfStart, problemOfTests, problemOfTime, problemsOf } from "../notify/problems.ts";
import { notifySettings } from "../notify/receivers.ts";
import type { ExecutionGraph } from "../plan/execution-graph.ts";
import type { RunResult } from "../results/run-result.ts";
import type { UnitTestRun } from "../results/unit-test-result.ts";
import { withoutPassword } from "../text/without-password.ts";
import { harmlessLines } from "./output.ts";

/** A run that people may be told of. */
export interface ToldRun {
  projectDir: string;
  database?: Database | undefined;
  /** Where the run can be looked at; the page of GitHub Actions unless given. */
  link?: string | undefined;
  startedAt: Date;
  /** What ends it: by its time limit with the reason "timeout". */
  signal?: AbortSignal | undefined;
  /** Whether nobody has just typed its command, and sees what it prints. */
  isScheduled?: boolean | undefined;
}

// Usage errors are only shown to the user who ran the command.
const typed: readonly ErrorCode[] = ["USAGE", "SELECTION_EMPTY"];

/** Sends notifications about a run; none for a cancelled one. */
export async function notifyOfResult(
  run: ToldRun,
  result: RunResult,
  graph: ExecutionGraph | undefined,
): Promise<void> {
  const { status, runId } = result;
  if (status === "cancelled") return;
  const endedAt = new Date(result.timing.endTimeMillis);
  await tell(run, problemsOf(result, graph), { status, runId, endedAt });
}

/** Tells people that a run could not start, and why, or ran out of time; throws the error then. */
export async function notifyOfError(run: ToldRun, error: unknown): Promise<never> {
  const endedAt = new Date();
  if (run.signal?.reason === "timeout") {
    await tell(run, problemOfTime(), { status: "timed_out", endedAt });
    throw error;
  }
  if (isSilent(error, run)) throw error;
  const message = withoutPassword(error instanceof Error ? error.message : String(error));
  await tell(run, problemOfStart(message), { status: "failed", endedAt });
  throw error;
}

function isSilent(error: unknown, { isScheduled }: ToldRun): boolean {
  if (!(error instanceof RunnerError)) return false;
  return error.code === "CANCELLED" || (typed.includes(error.code) && !isScheduled);
}

/** Tells people of unit tests that keep a run from starting; nothing when they passed or were cancelled. */
export async function notifyOfTests(run: ToldRun, tests: UnitTestRun): Promise<void> {
  const { status } = tests;
  if (status === "successful" || status === "cancelled") return;
  await tell(run, problemOfTests(tests), { status, endedAt: new Date() });
}

/**
 * Opens the database of a run as `openDatabase` does; sends a notification when it cannot be opened.
 */
export function openForRun(
  options: OpenDatabaseOptions,
  told: Pick<ToldRun, "link" | "isScheduled">,
): Promise<Database> {
  const { projectDir, signal } = options;
  const run = { ...told, projectDir, signal, startedAt: new Date() };
  refuseWrongReceivers();
  return openDatabase(options).catch((error) => notifyOfError(run, error));
}

/** Throws USAGE for receivers in the environment that mean nothing, before anything has run. */
export function refuseWrongReceivers(): void {
  notifySettings(process.env);
}

async function tell(
  { projectDir, database, link, startedAt }: ToldRun,
  findings: Parameters<typeof notify>[0],
  facts: { status: string; runId?: string; endedAt: Date },
): Promise<void> {
  const run = { ...facts, startedAt, link: link ?? linkOf(process.env) };
  const settings = notifySettings(process.env);
  for (const line of await notify(findings, run, { projectDir, database }, settings)) {
    process.stderr.write(harmlessLines(line));
  }
}

/** Returns the page of the workflow run in GitHub Actions, or undefined elsewhere. */
function linkOf(env: Record<string, string | undefined>): string | undefined {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_RUN_ID: id } = env;
  return server && repository && id ? `${server}/${repository}/actions/runs/${id}` : undefined;
}
