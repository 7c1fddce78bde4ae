import type { Database } from "../runner/database/database.ts";
import { RunnerError } from "../runner/errors.ts";
import { runProject } from "../runner/run-project.ts";

/**
 * Makes the bronze table, or other relations, and the relations to which they refer, when they do
 * not exist.
 */
export async function prepareBronze(
  projectDir: string,
  database: Database,
  signal?: AbortSignal,
  actions: string[] = ["raw_resiliency_tests"],
): Promise<void> {
  const result = await runProject({
    projectDir,
    database,
    runConfig: { actions, includeDependencies: true },
    // another one may be at the same
    waitMillis: 120_000,
    ...(signal && { signal }),
  });
  if (result.status === "successful") return;
  const failed = result.actions.find((action) => action.status === "failed");
  const error = failed?.tasks.find((task) => task.error)?.error;
  throw new RunnerError(
    "DATABASE_FAILED",
    `the bronze table could not be made: ${failed?.fileName}: ${error?.message ?? result.status}`,
    { hint: error?.hint ?? "Run `npx dataform run` to see the statement." },
  );
}
