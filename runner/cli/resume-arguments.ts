import { basename, join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { ProjectOverrides } from "../compile/compile-project.ts";
import { RunnerError } from "../errors.ts";
import type { RunConfig } from "../plan/run-config.ts";
import { formatRunResults } from "../report/files/run-results-file.ts";
import { forWorkflow } from "../report/for-workflow.ts";
import { type EarlierRun, readRunLog } from "../resume/read-run-log.ts";
import { harmlessLines } from "./output.ts";

/** The log of a project's last run: what `--resume` continues. */
export function runLogOf(projectDir: string): string {
  return join(projectDir, "target", "run_state.jsonl");
}

/** The other arguments of a command with `--resume`. */
export interface ResumeArguments {
  projectDir: string;
  dryRun?: boolean;
  overrides: ProjectOverrides;
  runConfig: RunConfig;
  changedSince?: string | undefined;
}

/**
 * The run that `--resume` continues. Throws USAGE when there is none, or when other flags ask for
 * something else than that run was.
 */
export function runToContinue({ projectDir, dryRun, ...given }: ResumeArguments): EarlierRun {
  if (dryRun) {
    throw new RunnerError("USAGE", "--resume cannot be combined with --dry-run", {
      hint: "leave out one of them",
    });
  }
  refuseSelection(given);
  const earlier = readRunLog(runLogOf(projectDir), projectDir);
  refuseOverrides(given.overrides, earlier);
  return earlier;
}

/**
 * Prints that a run has nothing left to do, as text or as its result in JSON; returns the exit code.
 */
export function reportNothingLeft(earlier: EarlierRun, projectDir: string, json = false): number {
  const { runId, startTimeMillis, database } = earlier.head;
  if (json) {
    const actions = [...earlier.finished.values()].map(({ result }) => ({
      ...{ ...result, reused: true as const },
    }));
    const timing = {
      startTimeMillis,
      endTimeMillis: earlier.end?.endTimeMillis ?? startTimeMillis,
    };
    const result = { runId, resumedFrom: runId, status: "successful" as const, timing, actions };
    const context = { project: basename(projectDir), database: database.database };
    process.stdout.write(forWorkflow(formatRunResults(result, context)));
  } else {
    process.stdout.write(
      harmlessLines(
        `Nothing is left to do: the last run (${runId}) was successful. Run without --resume to run again.`,
      ),
    );
  }
  return 0;
}

function refuseSelection({
  runConfig: config,
  changedSince,
}: Pick<ResumeArguments, "runConfig" | "changedSince">): void {
  const given = [
    [config.actions?.length, "--actions"],
    [config.tags?.length, "--tags"],
    [config.exclude?.length, "--exclude"],
    [config.assertions === false, "--no-assertions"],
    [config.includeDependencies, "--include-deps"],
    [config.includeDependents, "--include-dependents"],
    [config.fullRefresh, "--full-refresh"],
    [config.changed, "--changed"],
    [changedSince, "--changed-since"],
  ].flatMap(([isGiven, flag]) => (isGiven ? flag : []));
  if (given.length === 0) return;
  throw new RunnerError(
    "USAGE",
    `--resume takes the selection of the run that it continues, and ${given.join(", ")} would change it`,
    { hint: "leave it out, or run without --resume" },
  );
}

// Without any the run is continued with those that it was started with.
function refuseOverrides(given: ProjectOverrides, { head }: EarlierRun): void {
  if (Object.keys(given).length === 0 || isDeepStrictEqual(given, head.overrides)) return;
  const names = new Set([...Object.keys(given), ...Object.keys(head.overrides)]);
  const differing = [...names].filter(
    (name) => !isDeepStrictEqual(overrideOf(given, name), overrideOf(head.overrides, name)),
  );
  const flags = differing.map(
    (name) => `--${name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}`,
  );
  throw new RunnerError(
    "USAGE",
    `The run ${head.runId} was started with other values of ${flags.join(", ")}, and cannot be continued with these.`,
    { hint: "Leave them out to continue it as it was started, or run without --resume." },
  );
}

function overrideOf(overrides: ProjectOverrides, name: string): unknown {
  return (overrides as Record<string, unknown>)[name];
}
