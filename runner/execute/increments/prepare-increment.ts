import type { Database } from "../../database/database.ts";
import type { ExecutionAction, ExecutionGraph } from "../../plan/execution-graph.ts";
import type { Follow } from "../../plan/publish-task.ts";
import { targetKey } from "../../target.ts";
import { makeAppendedRows } from "./appended-rows.ts";
import { addTriggers, hasLog, makeChangeLog } from "./change-log.ts";
import { isKeyed } from "./changed-keys.ts";
import { requireTransactions } from "./followable.ts";
import {
  dropUnused,
  expectFollower,
  type Follower,
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
 * anything, and tables that no longer exist. To be called before any action begins: the run is the only one that builds
 * tables in its schemas, so that a table which is expected there is one whose first build has failed. It is expected again
 * when it is built again, and will read all rows: until then, no changes are kept for it.
 */
export async function dropFormerFollowers(
  graph: ExecutionGraph,
  database: Database,
): Promise<void> {
  const actions = new Map(graph.actions.map((action) => [targetKey(action.target), action]));
  const schemas = new Set(graph.actions.map(({ target }) => target.schema));
  const isFormer = ({ follower, exists, isExpected }: Follower) => {
    if (isExpected) return schemas.has(follower.schema);
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
