import type { Database } from "../../database/database.ts";
import type { ExecutionAction } from "../../plan/execution-graph.ts";
import { hasTriggers, makeChangeLog } from "./change-log.ts";
import { dropUnused, forgetSeen, makeFollowers } from "./followers.ts";

const lock = "select pg_advisory_xact_lock(hashtextextended('dataform_postgres.followers', 0))";

/**
 * Sees to it that changes of the tables that an action follows are written down from now on. In a
 * transaction of its own, committed before the action's query reads them: a writer that was at work
 * has finished by then, and any later one writes the log.
 */
export async function prepareIncrement(
  { target, increment }: ExecutionAction,
  database: Database,
  signal?: AbortSignal,
): Promise<void> {
  if (!increment) return;
  await database.transaction(async (session) => {
    await session.query(lock);
    await makeFollowers(session);
    for (const follow of increment.follows) {
      if (await hasTriggers(session, follow)) continue;
      await makeChangeLog(session, follow);
      await forgetSeen(session, follow);
    }
    await dropUnused(session, target, increment.follows);
  }, signal);
}
