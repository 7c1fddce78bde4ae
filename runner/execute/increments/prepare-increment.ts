import type { Database } from "../../database/database.ts";
import type { ExecutionAction, ExecutionGraph } from "../../plan/execution-graph.ts";
import type { Follow } from "../../plan/publish-task.ts";
import { type Target, targetKey } from "../../target.ts";
import { makeAppendedRows } from "./appended-rows.ts";
import { addTriggers, hasLog, makeChangeLog } from "./change-log.ts";
import { isKeyed } from "./changed-keys.ts";
import { requireTransactions } from "./followable.ts";
import {
  dropUnused,
  expectFollower,
  forgetSeen,
  makeFollowers,
  readFollowers,
} from "./followers.ts";

const lock = "select pg_advisory_xact_lock(hashtextextended('dataform_postgres.followers', 0))";

/**
 * Makes sure that changes of the followed tables are logged from now on. This happens in a transaction
 * of its own, committed before the action's query reads the tables: writers that were active have
 * finished by then, and later ones write the log.
 */
export async function prepareIncrement(
  { target, tasks, increment }: ExecutionAction,
  database: Database,
  signal?: AbortSignal,
): Promise<void> {
  if (!increment) return;
  await database.transaction(async (session) => {
    await session.query(lock);
    await makeFollowers(session);
    // A table that is being built has no rows that others could have changed.
    const isHere = (follow: Follow) => isKeyed(tasks) || !follow.isOwn;
    for (const follow of increment.follows.filter(isHere)) {
      await expectFollower(session, target, follow);
      if (follow.appendOnly) {
        await requireTransactions(session, follow);
        await makeAppendedRows(session);
        continue;
      }
      if (await hasLog(session, follow)) {
        await addTriggers(session, follow);
        continue;
      }
      await makeChangeLog(session, follow);
      await forgetSeen(session, follow);
    }
    await dropUnused(session, target, increment.follows);
  }, signal);
}

/**
 * Removes the logs and triggers of former followers: actions of the graph that no longer follow
 * anything, and tables that no longer exist.
 */
export async function dropFormerFollowers(
  graph: ExecutionGraph,
  database: Database,
): Promise<void> {
  const actions = new Map(graph.actions.map((action) => [targetKey(action.target), action]));
  const isFormer = ({ follower, exists }: { follower: Target; exists: boolean }) => {
    const action = actions.get(targetKey(follower));
    return action ? !action.increment && !action.disabled : !exists;
  };
  await database.session(async (session) => {
    const former = (await readFollowers(session)).filter(isFormer);
    if (former.length === 0) return;
    await session.query("begin");
    await session.query(lock);
    for (const { follower } of former) await dropUnused(session, follower, []);
    await session.query("commit");
  });
}
