import type { ArgumentsCamelCase, InferredOptionTypes } from "yargs";
import { findProject } from "../compile/find-project.ts";
import { openDatabase, withDatabase } from "../database/open-database.ts";
import type { RunStatus } from "../results/run-result.ts";
import { overridesOf, runConfigOf } from "./given-options.ts";
import { openForRun } from "./notify-of-run.ts";
import type { compileOptions, databaseOptions, runOptions } from "./options.ts";
import { processStart, progressOn } from "./output.ts";
import { planAndReport } from "./plan-and-report.ts";
import { reportNothingLeft, runToContinue } from "./resume-arguments.ts";
import { exitCodeOf, type RunAndReportOptions, runAndReport } from "./run-and-report.ts";
import { runTestsFirst, type TestsFirstOptions } from "./run-tests-first.ts";
import { type StopSignal, untilStopped } from "./signals.ts";

/** The arguments of `dataform run`, read. */
export type RunArguments = { projectDir: string } & ArgumentsCamelCase<
  InferredOptionTypes<typeof runOptions> &
    InferredOptionTypes<typeof compileOptions> &
    InferredOptionTypes<typeof databaseOptions>
>;

/** `dataform run` with parsed arguments; returns the exit code. */
export async function runWithArguments(args: RunArguments): Promise<number> {
  const what = args.dryRun ? "plan" : "run";
  const { projectDir, dryRun, json } = args;
  // Before a server is started in a folder that was meant to be another one.
  findProject(projectDir);
  const given = { overrides: overridesOf(args), runConfig: runConfigOf(args) };
  const resumeFrom = args.resume
    ? runToContinue({ projectDir, dryRun, changedSince: args.changedSince, ...given })
    : undefined;
  if (resumeFrom?.end?.status === "successful") {
    return reportNothingLeft(resumeFrom, projectDir, json);
  }
  const { overrides, runConfig } = resumeFrom?.head ?? given;
  const whatRuns = { overrides, runConfig, resumeFrom };
  const flag = args.executionTimeout === undefined ? "--timeout" : "--execution-timeout";
  return untilStopped({ what, timeoutMillis: runLimitOf(args), flag }, (stop) =>
    runOrPlan(args, whatRuns, stop),
  );
}

function progressOf({ json, dryRun }: RunArguments): (message: string) => void {
  return progressOn(json || dryRun ? process.stderr : process.stdout);
}

type WhatRuns = Pick<RunAndReportOptions, "overrides" | "runConfig" | "resumeFrom">;

/** Runs the unit tests if the arguments say so; returns how they ended, or `successful`. */
export async function runTests(
  args: RunArguments,
  run: Pick<TestsFirstOptions, "database" | "overrides" | "signal" | "isScheduled">,
): Promise<RunStatus> {
  if (!args.runTests) return "successful";
  const { projectDir, threads, json, link, dryRun: isDryRun, timeout } = args;
  return runTestsFirst({
    ...run,
    projectDir,
    threads,
    json,
    link,
    isDryRun,
    timeoutMillis: timeout,
  });
}

async function runOrPlan(
  args: RunArguments,
  { overrides = {}, runConfig = {}, resumeFrom }: WhatRuns,
  stop: StopSignal,
): Promise<number> {
  const { projectDir, credentials, threads, json, junit, summary } = args;
  const { changedSince } = resumeFrom?.head ?? args;
  const maxConnections = Math.max(8, threads);
  const { signal } = stop;
  const where = { projectDir, env: process.env, credentials };
  const onProgress = progressOf(args);
  const opened = { ...where, maxConnections, signal, onProgress };
  const open = args.dryRun ? openDatabase(opened) : openForRun(opened, { link: args.link });
  return withDatabase(open, async (database) => {
    const options = {
      ...{ projectDir, database, threads, json, stop },
      ...{ overrides, runConfig, changedSince },
      ...limitsOf(args),
    };
    const tested = await runTests(args, { database, overrides, signal });
    if (tested !== "successful") return stop.exitCode() ?? exitCodeOf({ status: tested });
    if (args.dryRun) return planAndReport({ ...options, showSql: true, verbose: true });
    const { verbose, history, link } = args;
    const reports = { junit, summary, verbose, history, link, startedAtMillis: processStart() };
    return runAndReport({ ...options, ...reports, waitMillis: args.wait, resumeFrom });
  });
}

/** Milliseconds that the whole run may take: as in Dataform `--execution-timeout`, else `--timeout`. */
export function runLimitOf({ executionTimeout, timeout }: RunArguments): number | undefined {
  return executionTimeout ?? timeout;
}

/** What the arguments say of retries and of the time limits of the parts of a run, for `runProject`. */
export function limitsOf(args: RunArguments) {
  return {
    actionRetryLimit: args.actionRetryLimit,
    timeoutMillis: args.timeout,
    statementTimeoutMillis: args.statementTimeout,
    jitTimeoutMillis: args.jitTimeout,
  };
}
