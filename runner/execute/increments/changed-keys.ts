import type { Session } from "../../database/database.ts";
import { qualifiedName, quoteIdentifier } from "../../names/identifiers.ts";
import type { ExecutionAction, Increment } from "../../plan/execution-graph.ts";
import type { Follow } from "../../plan/publish-task.ts";
import { type Column, readRelation } from "../../relation/relation.ts";
import type { Target } from "../../target.ts";
import { waitForNodes } from "../wait-for-nodes.ts";
import { countAppended, storeCounts } from "./appended-rows.ts";
import { addTriggers, changeLogOf, hasLog, makeChangeLog } from "./change-log.ts";
import { writeSeen } from "./followers.ts";
import {
  ownOf,
  refuseKeylessRows,
  refuseLoneRows,
  requireColumns,
  requireSameTypes,
} from "./key-columns.ts";
import { offer } from "./offered-keys.ts";
import { readFollowed, type SeenNow, seenNow } from "./seen-now.ts";
import { readParts } from "./table-parts.ts";

/**
 * Begins the publication of a table that follows others: remembers the snapshot that it is about to
 * read and, when the table exists, offers the changed keys to its query as temporary tables. `tell`
 * receives notices, for example about rows that an earlier run should have seen. Returns undefined for any other
 * action, and for one that publishes nothing.
 */
export async function offerChangedKeys(
  session: Session,
  { target, tasks, increment }: ExecutionAction,
  { tell, signal }: { tell: (text: string) => void; signal?: AbortSignal | undefined },
): Promise<SeenNow | undefined> {
  // Of a table that was published by the run that this one continues, only the steps after the commit are left.
  const isPublished = tasks.some(({ type }) => type === "publish");
  if (!increment || !isPublished) return undefined;
  const now = await seenNow(session, target, increment);
  // What is in the snapshot is read from the nodes below.
  if (increment.follows.some(({ spread }) => spread)) await waitForNodes(session, { tell, signal });
  // Changed keys are few, so they are looked up by index even where the settings for the disk favour
  // reading whole tables.
  if (isKeyed(tasks)) await session.query("set local random_page_cost = 1.1");
  for (const follow of increment.follows) {
    if (isKeyed(tasks)) await offer(session, target, follow, { now, tell });
    else if (follow.appendOnly) {
      const counts = await countAppended(session, target, follow, now.snapshot);
      await storeCounts(session, target, follow, counts);
    }
  }
  return now;
}

/** Stores the snapshot that the table was computed from, for its next run. */
export async function rememberSeen(
  session: Session,
  { target, tasks, increment }: ExecutionAction,
  now: SeenNow | undefined,
): Promise<void> {
  if (!now || !increment) return;
  const stored = (await readRelation(session, target))?.columns ?? [];
  if (!isKeyed(tasks)) await requireKeys(session, target, increment, stored);
  for (const follow of increment.follows) {
    const followed = await readRelation(session, follow.target);
    requireSameTypes(follow, followed?.columns ?? [], stored);
  }
  const published = await readParts(session, target, undefined);
  const follower = { columns: "", states: published.states };
  for (const follow of increment.follows) {
    if (follow.appendOnly) {
      const added = quoteIdentifier(follow.appendOnly.addedName);
      await session.query(`drop view if exists pg_temp.${added}`);
    }
    if (follow.isOwn) await forgetOwn(session, follow);
    const parts = follow.isOwn ? undefined : now.followed.get(follow);
    const { columns, states } = parts ?? (await readFollowed(session, follow));
    await writeSeen(session, target, follow, { ...now, followed: { columns, states }, follower });
  }
}

/** Starts logging the rows that others delete, without those that the runner itself deleted. */
async function forgetOwn(session: Session, follow: Follow): Promise<void> {
  if (!(await hasLog(session, follow))) return makeChangeLog(session, follow);
  await addTriggers(session, follow);
  const { table } = changeLogOf(follow);
  await session.query(`delete from ${table} where dataform_xid = pg_current_xact_id()`);
}

/** Whether a task changes the rows of an existing table by the keys that it follows. */
export function isKeyed(tasks: ExecutionAction["tasks"]): boolean {
  return tasks.some((task) => task.type === "publish" && task.strategy === "keyed");
}

/** Checks all rows of a table that was built whole as `publishKeyed` checks new rows. */
async function requireKeys(
  session: Session,
  target: Target,
  { follows, together }: Increment,
  columns: readonly Column[],
) {
  const keys = [
    ...follows.map(({ columns }) => ownOf(columns)),
    ...(together.length > 0 ? [together] : []),
  ];
  requireColumns(target, keys, columns);
  await refuseKeylessRows(session, target, follows, qualifiedName(target));
  await refuseLoneRows(session, target, together, qualifiedName(target));
}
