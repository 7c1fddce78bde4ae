import type { Database } from "../database/database.ts";
import type { SqlError } from "../errors.ts";
import { isMissingColumn, withColumnHint, withDisabledHint } from "../explain-missing.ts";
import type { ExecutionAction } from "../plan/execution-graph.ts";
import { isRefusedByCitus, withCitusHint } from "../relation/refused-by-citus.ts";
import { readRelation } from "../relation/relation.ts";
import type { ActionResult } from "../results/run-result.ts";

/** The result of an action with a hint where the error alone does not say the next step. */
export async function explainResult(
  result: ActionResult,
  action: ExecutionAction,
  database: Database,
): Promise<ActionResult> {
  if (result.status !== "failed") return result;
  const tasks = [];
  for (const task of result.tasks) {
    tasks.push(task.error ? { ...task, error: await explain(task.error, action, database) } : task);
  }
  return { ...result, tasks };
}

async function explain(
  error: SqlError,
  { parentTarget, missingDisabled, waitsForNodes }: ExecutionAction,
  database: Database,
): Promise<SqlError> {
  if (waitsForNodes && isRefusedByCitus(error)) return withCitusHint(error);
  if (!parentTarget || !isMissingColumn(error)) return withDisabledHint(error, missingDisabled);
  const relation = await database.session((session) => readRelation(session, parentTarget));
  return withColumnHint(
    error,
    parentTarget,
    (relation?.columns ?? []).map(({ name }) => name),
  );
}
