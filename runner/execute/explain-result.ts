import type { Database } from "../database/database.ts";
import { ActionFailure, type SqlError } from "../errors.ts";
import { isMissingColumn, withColumnHint, withRelationHint } from "../explain-missing.ts";
import type { ExecutionAction } from "../plan/execution-graph.ts";
import { refuseOccupiedName } from "../relation/obstacles/name-obstacles.ts";
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
  action: ExecutionAction,
  database: Database,
): Promise<SqlError> {
  const { parentTarget, waitsForNodes } = action;
  if (taken.has(error.sqlstate ?? "")) return withOccupant(error, action, database);
  if (waitsForNodes && isRefusedByCitus(error)) return withCitusHint(error);
  if (!parentTarget || !isMissingColumn(error)) return withRelationHint(error, action);
  const relation = await database.session((session) => readRelation(session, parentTarget));
  return withColumnHint(
    error,
    parentTarget,
    (relation?.columns ?? []).map(({ name }) => name),
  );
}

// "relation already exists", "type already exists"
const taken = new Set(["42P07", "42710"]);

/** Says what has the name of a table that could not be made. */
async function withOccupant(
  error: SqlError,
  { target, tasks }: ExecutionAction,
  database: Database,
): Promise<SqlError> {
  if (!tasks.some((task) => task.type === "publish" && task.strategy === "create")) return error;
  try {
    await database.session((session) => refuseOccupiedName(session.own, target));
    return error;
  } catch (found) {
    if (!(found instanceof ActionFailure) || found.error.connectionLost) throw found;
    return found.error;
  }
}
