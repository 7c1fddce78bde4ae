import type { Session } from "../../database/database.ts";
import { qualifiedName, quoteIdentifier } from "../../names/identifiers.ts";
import type { ExecutionAction, Increment } from "../../plan/execution-graph.ts";
import type { Follow } from "../../plan/publish-task.ts";
import { type Column, readRelation } from "../../relation/relation.ts";
import { type Target, targetName } from "../../target.ts";
import { analyzeSample } from "../stage/stage.ts";
import { waitForNodes } from "../wait-for-nodes.ts";
import { countAppended, findUnseen, isUnseen, type UnseenRows } from "./appended-rows.ts";
import { addTriggers, changeLogOf, hasLog, makeChangeLog } from "./change-log.ts";
import { keyOf, readSeen, type Seen, writeSeen } from "./followers.ts";
import { ownOf, refuseKeylessRows, requireColumns, requireSameTypes } from "./key-columns.ts";
import {
  changedKeys,
  isEveryKey,
  readFollowed,
  type SeenNow,
  seenNow,
  sourcesOf,
  whyEveryKey,
} from "./seen-now.ts";
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
  // Of a table that the run before has published, which this one continues, only the steps after the commit are left.
  const isPublished = tasks.some(({ type }) => type === "publish");
  if (!increment || !isPublished) return undefined;
  const now = await seenNow(session, target, increment);
  // What is in the snapshot is read from the nodes below.
  if (increment.follows.some(({ spread }) => spread)) await waitForNodes(session, { tell, signal });
  // Changed keys are few, so they are looked up by index even where the settings for the disk favour
  // reading whole tables.
  if (isKeyed(tasks)) await session.query("set local random_page_cost = 1.1");
  for (const follow of isKeyed(tasks) ? increment.follows : []) {
    await offer(session, target, follow, { now, tell });
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
      const { snapshot } = now;
      const earlier = now.earlier.get(follow);
      await countAppended(session, target, follow, { snapshot, earlier });
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
}

async function offer(
  session: Session,
  target: Target,
  follow: Follow,
  { now, tell }: { now: SeenNow; tell: (text: string) => void },
) {
  const seen = await readSeen(session, target, follow);
  const why = await whyEveryKey(session, target, follow, { seen, now });
  const known = await (follow.appendOnly
    ? offerAdded(session, target, follow, { snapshot: why ? undefined : seen?.snapshot, tell })
    : offerLogged(session, target, follow, why || !seen ? undefined : { seen, now }));
  if (known) now.earlier.set(follow, known);
  const sources = sourcesOf(follow);
  const name = `pg_temp.${quoteIdentifier(follow.changedName)}`;
  await session.query(`delete from ${name} where ${quoteIdentifier(sources[0] ?? "")} is null`);
  analyzeSample(session, name, sources);
}

/** Offers the keys that triggers logged since the table was published; every key when that is not known. */
async function offerLogged(
  session: Session,
  target: Target,
  follow: Follow,
  known: { seen: Seen; now: SeenNow } | undefined,
): Promise<string | undefined> {
  if (known) {
    await offerKeys(session, follow, changedKeys(follow, known.seen, known.now));
    if (!(await holdsEveryKey(session, follow))) return known.seen.snapshot;
    await session.query(`drop table pg_temp.${quoteIdentifier(follow.changedName)}`);
  }
  await offerKeys(session, follow, allKeys(follow, target));
  return undefined;
}

/**
 * Offers the rows that were added since a snapshot, and their keys; without a snapshot all of them.
 */
async function offerAdded(
  session: Session,
  target: Target,
  follow: Follow,
  { snapshot, tell }: { snapshot: string | undefined; tell: (text: string) => void },
): Promise<string | undefined> {
  const unseen =
    snapshot === undefined ? undefined : await findUnseen(session, target, follow, snapshot);
  if (unseen && unseen.count > 0) tell(textOf(follow, unseen));
  const isKnown = snapshot !== undefined && !unseen?.areGone;
  const conditions = isKnown
    ? [isUnseen(follow, snapshot), ...(unseen?.conditions ?? [])]
    : ["true"];
  await offerRows(session, follow, conditions.join(" or "));
  await offerKeys(session, follow, isKnown ? addedKeys(follow) : allKeys(follow, target));
  return isKnown ? snapshot : undefined;
}

async function offerKeys(session: Session, { changedName }: Follow, keys: string): Promise<void> {
  await session.query(
    `create temp table ${quoteIdentifier(changedName)} on commit drop as ${keys}`,
  );
}

async function offerRows(session: Session, follow: Follow, condition: string): Promise<void> {
  const { target, appendOnly } = follow;
  const name = quoteIdentifier(appendOnly?.addedName ?? "");
  await session.query(
    `create temp view ${name} as select * from ${qualifiedName(target)} as source where ${condition}`,
  );
}

function textOf({ target }: Follow, { count, areGone }: UnseenRows): string {
  const rows = `${count} ${count === 1 ? "row" : "rows"} of ${targetName(target)}`;
  return areGone
    ? `${rows} ${count === 1 ? "is" : "are"} gone, although rows are only added to it: every key is computed again`
    : `found ${rows} that no earlier run has seen, with a transaction that had ended before: their keys are computed again`;
}

/** Offers every key, in a unit test, which gives all rows of the followed tables itself. */
export async function offerEveryKey(
  session: Session,
  target: Target,
  follows: readonly Follow[],
): Promise<void> {
  for (const follow of follows) {
    if (follow.appendOnly) await offerRows(session, follow, "true");
    await offerKeys(session, follow, allKeys(follow, target));
  }
}

function addedKeys(follow: Follow): string {
  const added = `pg_temp.${quoteIdentifier(follow.appendOnly?.addedName ?? "")}`;
  return `select distinct ${keyOf("added", sourcesOf(follow)).join(", ")} from ${added} as added`;
}

// Keys that the table has and the followed table no longer has: their rows must be deleted.
function allKeys(follow: Follow, target: Target): string {
  const own = follow.columns.map((column) => column.own);
  return `
    select ${keyOf("followed", sourcesOf(follow)).join(", ")} from ${qualifiedName(follow.target)} as followed
    union
    select ${keyOf("stored", own).join(", ")} from ${qualifiedName(target)} as stored`;
}

async function holdsEveryKey(session: Session, follow: Follow): Promise<boolean> {
  const { rows } = await session.query(
    `select exists (select from pg_temp.${quoteIdentifier(follow.changedName)} as changed where ${isEveryKey("changed", follow)})`,
  );
  return rows[0]?.[0] === "t";
}
