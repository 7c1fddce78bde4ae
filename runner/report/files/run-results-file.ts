import { join } from "node:path";
import type { ActionResult, RunResult } from "../../results/run-result.ts";
import { withoutPassword } from "../../text/without-password.ts";
import { placedError, type ReadSource } from "../console/format-error.ts";
import { writeFileAtomically } from "./write-file.ts";

/** Changes when a reader of the file would have to change. */
const runResultsSchemaVersion = 1;

/** What a run result file says besides the result. */
export interface RunResultsContext {
  /** Name of the project, for people. */
  project: string;
  /** Where the run worked; `Database.description`. */
  database: string;
  /** Finds the places of errors; without it only their files are named. */
  readSource?: ReadSource | undefined;
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
  await writeFileAtomically(path, formatRunResults(result, context), projectDir);
  return path;
}

/** Takes a run result and returns the text of its file: JSON, keys always in the same order. */
export function formatRunResults(result: RunResult, context: RunResultsContext): string {
  const file = {
    schemaVersion: runResultsSchemaVersion,
    ...result,
    project: context.project,
    // It holds none by contract; a file that is uploaded by CI makes sure.
    database: withoutPassword(context.database),
    actions: result.actions.map((action) => placed(action, context.readSource)),
  };
  return `${JSON.stringify(inOrder(file), null, 2)}\n`;
}

function placed(action: ActionResult, readSource: ReadSource | undefined): ActionResult {
  const tasks = action.tasks.map((task) =>
    task.error ? { ...task, error: placedError(task.error, action.fileName, readSource) } : task,
  );
  return { ...action, tasks };
}

const order = [
  ...["schemaVersion", "runId", "resumedFrom", "database", "schema", "name", "target", "type"],
  ...[
    "fileName",
    "tags",
    "status",
    "project",
    "reason",
    "reused",
    "unchangedSince",
    "retries",
    "lockWaitMillis",
    "tasks",
  ],
  ...["rowCount", "replacement", "error", "assertion", "changes", "message", "sqlstate", "detail"],
  ...[
    "hint",
    "where",
    "constraint",
    "blockedBy",
    "file",
    "line",
    "column",
    "statement",
    "position",
  ],
  ...[
    "rule",
    "checks",
    "failingRows",
    "total",
    "rows",
    "verdict",
    "allowed",
    "sample",
    "timing",
    "actions",
  ],
  ...["startTimeMillis", "endTimeMillis"],
];

const ranks = new Map(order.map((key, index) => [key, index]));

/** The same value with its keys in one order; a key that is not in the list comes last, none is lost. */
function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== "object" || value === null) return value;
  const rank = (key: string) => ranks.get(key) ?? order.length;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1))
      // The columns of a sample stay as the query gave them.
      .map(([key, member]) => [key, key === "sample" ? member : inOrder(member)]),
  );
}
