import { pauseFor } from "../../database/cancelled.ts";
import type { Database } from "../../database/database.ts";
import { isTransient } from "../../database/failures/transient.ts";
import { ActionFailure } from "../../errors.ts";
import type { ExecutionAction, ExecutionGraph } from "../../plan/execution-graph.ts";
import type { Follow } from "../../plan/publish-task.ts";
import { type Target, targetKey, targetName } from "../../target.ts";
import type { ExecuteOptions } from "../execute-options.ts";
import { makeAppendedRows } from "./appended-rows.ts";
import { addTriggers, hasLog, makeChangeLog } from "./change-log.ts";
import { isKeyed } from "./changed-keys.ts";
import { requireTransactions } from "./followable.ts";
import {
  dropUnused,
  expectFollower,
  type Follower,
  forgetSeen,
  hasUnused,
  makeFollowers,
  readFollowers,
} from "./followers.ts";

const lock = "select pg_advisory_xact_lock(hashtextextended('dataform_postgres.followers', 0))";

type Options = Partial<Pick<ExecuteOptions, "listener" | "signal">>;

/**
 * Makes sure that changes of the followed tables are logged from now on. This happens in a transaction
 * of its own, committed before the action's query reads the tables: writers that were active have
 * finished by then, and later ones write the log. Then removes what logged changes of tables that it no longer follows.
 */
export async function prepareIncrement(
  { target, tasks, increment }: ExecutionAction,
  database: Database,
  options: Options = {},
): Promise<void> {
  if (!increment) return;
  const isLeft = await database.transaction(async (session) => {
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
    return hasUnused(session, target, increment.follows);
  }, options.signal);
  if (isLeft) await removeUnused(database, target, increment.follows, options);
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
  options: Options,
): Promise<void> {
  const actions = new Map(graph.actions.map((action) => [targetKey(action.target), action]));
  const schemas = new Set(graph.actions.map(({ target }) => target.schema));
  const isFormer = ({ follower, exists, isExpected }: Follower) => {
    if (isExpected) return schemas.has(follower.schema);
    const action = actions.get(targetKey(follower));
    return action ? !action.increment && !action.disabled : !exists;
  };
  const former = (await database.session(readFollowers)).filter(isFormer);
  for (const { follower } of former) await removeUnused(database, follower, [], options);
}

const attempts = 5;

/**
 * Does `dropUnused` in a transaction of its own. To drop a trigger takes a lock behind which every new reader of the followed
 * table waits, so it is asked for briefly. Where others keep it, all stays as it was and the listener hears so: the next run
 * tries again, and nothing else depends on it.
 */
async function removeUnused(
  database: Database,
  follower: Target,
  follows: readonly Follow[],
  { listener, signal }: Options,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await database.transaction(async (session) => {
        await session.query(lock);
        await session.query("set local lock_timeout = '100ms'");
        await dropUnused(session, follower, follows);
      }, signal);
      return;
    } catch (error) {
      if (!(error instanceof ActionFailure && isTransient(error.error))) throw error;
      const message = `${targetName(follower)}: what logs changes of tables that it no longer follows could not be removed: ${error.message}; the next run tries again`;
      if (attempt === attempts) return listener?.({ type: "notice", message });
    }
    await pauseFor(300 * (0.5 + Math.random()), signal);
  }
}
