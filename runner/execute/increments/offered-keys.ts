import type { Session } from "../../database/database.ts";
import { qualifiedName, quoteIdentifier } from "../../names/identifiers.ts";
import type { Follow } from "../../plan/publish-task.ts";
import { type Target, targetName } from "../../target.ts";
import { analyzeSample } from "../stage/stage.ts";
import {
  countAppended,
  findUnseen,
  isUnseen,
  storeCounts,
  type UnseenRows,
} from "./appended-rows.ts";
import { keyOf, readSeen, type Seen } from "./followers.ts";
import {
  changedKeys,
  isEveryKey,
  keysOfTransaction,
  type SeenNow,
  sourcesOf,
  whyEveryKey,
} from "./seen-now.ts";

/** Offers the changed keys of a followed table to the query, as a temporary table. */
export async function offer(
  session: Session,
  target: Target,
  follow: Follow,
  { now, tell }: { now: SeenNow; tell: (text: string) => void },
) {
  const seen = await readSeen(session, target, follow);
  const why = await whyEveryKey(session, target, follow, { seen, now });
  await (follow.appendOnly
    ? offerAdded(session, target, follow, { earlier: why ? undefined : seen?.snapshot, now, tell })
    : offerLogged(session, target, follow, why || !seen ? undefined : { seen, now }));
  await settle(session, follow);
}

/** Leaves out keys without a value, and tells the planner of the others. */
async function settle(session: Session, follow: Follow): Promise<void> {
  const sources = sourcesOf(follow);
  const name = changedOf(follow);
  await session.query(`delete from ${name} where ${quoteIdentifier(sources[0] ?? "")} is null`);
  analyzeSample(session, name, sources);
}

function changedOf({ changedName }: Follow): string {
  return `pg_temp.${quoteIdentifier(changedName)}`;
}

/**
 * Offers the keys, too, of what the transaction of the action has changed itself in the followed tables since the others were
 * offered: in the operations before its query.
 */
export async function offerOwnChanges(
  session: Session,
  target: Target,
  follows: readonly Follow[],
): Promise<void> {
  for (const follow of follows) {
    const changed = changedOf(follow);
    const own = follow.appendOnly ? addedKeys(follow) : keysOfTransaction(follow);
    await session.query(`insert into ${changed} ${own} except table ${changed}`);
    const isEvery = !follow.appendOnly && (await holdsEveryKey(session, follow));
    if (isEvery) await offerInstead(session, target, follow);
    else await settle(session, follow);
  }
}

/** Offers every key in the place of those that have changed. */
export async function offerInstead(
  session: Session,
  target: Target,
  follow: Follow,
): Promise<void> {
  if (follow.appendOnly) await offerRows(session, follow, "true");
  await replaceByAllKeys(session, target, follow);
  await settle(session, follow);
}

async function replaceByAllKeys(session: Session, target: Target, follow: Follow): Promise<void> {
  const changed = changedOf(follow);
  await session.query(`delete from ${changed}`);
  await session.query(`insert into ${changed} ${allKeys(follow, target)}`);
}

/** Offers the keys that triggers logged since the table was published; every key when that is not known. */
async function offerLogged(
  session: Session,
  target: Target,
  follow: Follow,
  known: { seen: Seen; now: SeenNow } | undefined,
): Promise<void> {
  if (!known) return offerKeys(session, follow, allKeys(follow, target));
  await offerKeys(session, follow, changedKeys(follow, known.seen, known.now));
  if (await holdsEveryKey(session, follow)) await replaceByAllKeys(session, target, follow);
}

/**
 * Offers the rows that were added since an earlier snapshot, and their keys; without one all of them. They are counted
 * first of all, so that a row which is committed meanwhile, with a transaction that had ended, is found by the next run.
 */
async function offerAdded(
  session: Session,
  target: Target,
  follow: Follow,
  {
    earlier,
    now,
    tell,
  }: { earlier?: string | undefined; now: SeenNow; tell: (text: string) => void },
): Promise<void> {
  const count = (since?: string) => countAppended(session, target, follow, now.snapshot, since);
  const counts = await count(earlier);
  const unseen =
    earlier === undefined ? undefined : await findUnseen(session, target, follow, earlier);
  if (unseen && unseen.count > 0) tell(textOf(follow, unseen));
  const known = unseen?.areGone ? undefined : earlier;
  await storeCounts(session, target, follow, unseen?.areGone ? await count() : counts);
  const conditions = known ? [isUnseen(follow, known), ...(unseen?.conditions ?? [])] : ["true"];
  await offerRows(session, follow, conditions.join(" or "));
  await offerKeys(session, follow, known ? addedKeys(follow) : allKeys(follow, target));
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
    `create or replace temp view ${name} as select * from ${qualifiedName(target)} as source where ${condition}`,
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
