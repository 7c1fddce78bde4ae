import type { Database } from "../../runner/database/database.ts";
import type { RunConfig } from "../../runner/plan/run-config.ts";
import type { ActionResult, RunResult } from "../../runner/results/run-result.ts";
import { openTestDatabase } from "./opened-database.ts";
import { runProject } from "./run-project.ts";
import type { TemporaryProject } from "./temporary-project.ts";
import type { TestServer } from "./test-database.ts";

/** An empty database until the test ends, with what most tests of runs do in it. */
export interface RunningDatabase {
  database: Database;
  url: string;
  run: (project: TemporaryProject, runConfig?: RunConfig) => Promise<RunResult>;
  /** The rows of a query, every value in PostgreSQL's text form. */
  rows: (sql: string) => Promise<(string | null)[][]>;
}

/** Opens an empty database of its own for the running test. */
export async function runInDatabase(
  server: TestServer,
  options: { maxConnections?: number } = {},
): Promise<RunningDatabase> {
  const { database, url } = await openTestDatabase(server, options);
  return {
    database,
    url,
    run: (project, runConfig = {}) =>
      runProject({ projectDir: project.folder, database, runConfig }),
    rows: async (sql) => (await database.query(sql)).rows,
  };
}

/** How each action ended, by `name`, built-in assertions without their schema's name. */
export function statusesOf({ actions }: RunResult): Record<string, string> {
  return Object.fromEntries(actions.map(({ target, status }) => [target.name, status]));
}

/** The result of one action. */
export function resultOf({ actions }: RunResult, name: string): ActionResult | undefined {
  return actions.find(({ target }) => target.name === name);
}

/** Why an action failed. */
export function errorOf(result: RunResult, name: string) {
  return resultOf(result, name)?.tasks.find(({ error }) => error)?.error;
}
