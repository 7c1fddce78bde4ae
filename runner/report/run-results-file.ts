import { join } from "node:path";
import type { ActionResult, RunResult, TaskResult, Timing } from "../execute/run-result.ts";
import type { Target } from "../target.ts";
import { writeFileAtomically } from "./write-file.ts";

/** Changes when a reader of the file would have to change. */
const runResultsSchemaVersion = 1;

/** What a run result file says besides the result. */
export interface RunResultsContext {
  /** Name of the project, for people. */
  project: string;
  /** Where the run worked; `Database.description`. */
  database: string;
}

/**
 * Takes a project folder and a run result; writes `target/run_results.json` there, whole or not at
 * all, and returns its path. Throws a RunnerError when it cannot be written.
 */
export async function writeRunResults(
  projectDir: string,
  result: RunResult,
  context: RunResultsContext,
): Promise<string> {
  const path = join(projectDir, "target", "run_results.json");
  await writeFileAtomically(path, formatRunResults(result, context));
  return path;
}

/** Takes a run result and returns the text of its file: JSON, keys always in the same order. */
export function formatRunResults(result: RunResult, context: RunResultsContext): string {
  const file = {
    schemaVersion: runResultsSchemaVersion,
    runId: result.runId,
    ...(result.resumedFrom === undefined ? {} : { resumedFrom: result.resumedFrom }),
    status: result.status,
    project: context.project,
    database: withoutPassword(context.database),
    timing: timingOf(result.timing),
    actions: result.actions.map(actionOf),
  };
  return `${JSON.stringify(file, null, 2)}\n`;
}

/** A description holds no password by contract; a file that is uploaded by CI makes sure. */
function withoutPassword(description: string): string {
  return description
    .replace(/(:\/\/[^:/@\s]*):.*@/g, "$1@")
    .replace(/(password\s*=\s*)('(?:[^'\\]|\\.)*'|[^\s&]+)/gi, "$1***");
}

function actionOf(action: ActionResult): ActionResult {
  return {
    target: targetOf(action.target),
    type: action.type,
    fileName: action.fileName,
    tags: action.tags,
    status: action.status,
    ...(action.reason === undefined ? {} : { reason: action.reason }),
    ...(action.reused === undefined ? {} : { reused: action.reused }),
    ...(action.retries === undefined ? {} : { retries: action.retries }),
    tasks: action.tasks.map(taskOf),
    timing: timingOf(action.timing),
  };
}

function taskOf(task: TaskResult): TaskResult {
  const { type, status, rowCount, error, assertion, changes, timing } = task;
  return {
    type,
    status,
    ...(rowCount === undefined ? {} : { rowCount }),
    ...(error === undefined ? {} : { error: errorInOrder(error) }),
    ...(assertion === undefined ? {} : { assertion: outcomeInOrder(assertion) }),
    ...(changes === undefined ? {} : { changes }),
    timing: timingOf(timing),
  };
}

function errorInOrder(error: NonNullable<TaskResult["error"]>): typeof error {
  const { message, sqlstate, detail, hint, where, constraint, statement, position } = error;
  const { blockedBy } = error;
  // JSON leaves out what is undefined.
  const inSpeech = { message, sqlstate, detail, hint, where, constraint, blockedBy };
  const inOrder = { ...inSpeech, statement, position };
  return inOrder as typeof error;
}

function outcomeInOrder(outcome: NonNullable<TaskResult["assertion"]>): typeof outcome {
  const { rule, checks, failingRows, rows, verdict, allowed, sample } = outcome;
  return {
    rule,
    ...(checks ? { checks: targetOf(checks) } : {}),
    failingRows,
    ...(rows ? { rows } : {}),
    ...(verdict ? { verdict } : {}),
    ...(allowed ? { allowed } : {}),
    sample,
  };
}

function targetOf({ database, schema, name }: Target): Target {
  return { ...(database === undefined ? {} : { database }), schema, name };
}

function timingOf({ startTimeMillis, endTimeMillis }: Timing): Timing {
  return { startTimeMillis, endTimeMillis };
}
