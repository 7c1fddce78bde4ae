import type { Session } from "../../database/database.ts";
import { qualifiedName, quoteIdentifier, quoteLiteral } from "../../names/identifiers.ts";
import { shortHash } from "../../names/short-hash.ts";
import type { ExecutionAction, Follow, Increment } from "../../plan/execution-graph.ts";
import { readRelation } from "../../relation/relation.ts";
import type { Target } from "../../target.ts";
import { changeLogOf } from "./change-log.ts";
import { keyOf, readSeen, type Seen, writeSeen } from "./followers.ts";
import { refuseKeylessRows, requireColumns } from "./key-columns.ts";

/** What an incremental table has seen once its transaction is committed. */
export type SeenNow = Pick<Seen, "cluster" | "fingerprint"> & { snapshot: string };

/**
 * Begins the publication of a table that follows others: remembers what it is about to see, and, when
 * rows are added to a table that is there, offers the changed keys to its query as temporary tables.
 * Returns undefined for any other action.
 */
export async function offerChangedKeys(
  session: Session,
  { target, tasks, increment }: ExecutionAction,
): Promise<SeenNow | undefined> {
  if (!increment) return undefined;
  // Before anything is read: what is committed after it is seen again by the next run.
  const { rows } = await session.query(
    `select pg_current_snapshot()::text, system_identifier::text from pg_control_system()`,
  );
  const now: SeenNow = {
    snapshot: rows[0]?.[0] ?? "",
    cluster: rows[0]?.[1] ?? "",
    fingerprint: await fingerprintOf(session, increment),
  };
  for (const follow of isKeyed(tasks) ? increment.follows : []) {
    await offer(session, target, follow, now);
  }
  return now;
}

/** Writes down what the table has seen, for its next run. */
export async function rememberSeen(
  session: Session,
  { target, tasks, increment }: ExecutionAction,
  now: SeenNow | undefined,
): Promise<void> {
  if (!now || !increment) return;
  if (!isKeyed(tasks)) await requireKeys(session, target, increment.follows);
  for (const follow of increment.follows) await writeSeen(session, target, follow, now);
}

function isKeyed(tasks: ExecutionAction["tasks"]): boolean {
  return tasks.some((task) => task.type === "publish" && task.strategy === "keyed");
}

/** What `publishKeyed` asks of its rows, asked of all rows of a table that was built whole. */
async function requireKeys(session: Session, target: Target, follows: readonly Follow[]) {
  requireColumns(target, follows, (await readRelation(session, target))?.columns ?? []);
  await refuseKeylessRows(session, target, follows, qualifiedName(target));
}

async function offer(session: Session, target: Target, follow: Follow, now: SeenNow) {
  const seen = await readSeen(session, target, follow);
  const name = quoteIdentifier(follow.changedName);
  const isKnown = seen !== undefined && (await isContinued(session, target, follow, seen, now));
  const keys = isKnown ? changedKeys(follow, seen.snapshot as string) : allKeys(follow, target);
  await session.query(`create temp table ${name} on commit drop as ${keys}`);
  if (isKnown && (await holdsEveryKey(session, follow))) {
    await session.query(`truncate pg_temp.${name}`);
    await session.query(`insert into pg_temp.${name} ${allKeys(follow, target)}`);
  }
  const [first = ""] = follow.columns.map(({ source }) => quoteIdentifier(source));
  await session.query(`delete from pg_temp.${name} where ${first} is null`);
  await session.query(`analyze pg_temp.${name}`);
}

/** Whether the log holds all that has changed since the table was published. */
async function isContinued(
  session: Session,
  target: Target,
  { target: followed }: Follow,
  seen: Seen,
  now: SeenNow,
): Promise<boolean> {
  const { rows } = await session.query(
    `select to_regclass(${quoteLiteral(qualifiedName(followed))})::oid,
      to_regclass(${quoteLiteral(qualifiedName(target))})::oid`,
  );
  return (
    seen.snapshot !== undefined &&
    seen.cluster === now.cluster &&
    seen.fingerprint === now.fingerprint &&
    seen.followedOid === rows[0]?.[0] &&
    seen.followerOid === rows[0]?.[1]
  );
}

/** Offers every key, in a unit test that gives all rows of the followed tables itself. */
export async function offerEveryKey(
  session: Session,
  target: Target,
  follows: readonly Follow[],
): Promise<void> {
  for (const follow of follows) {
    const name = quoteIdentifier(follow.changedName);
    await session.query(`create temp table ${name} on commit drop as ${allKeys(follow, target)}`);
  }
}

function changedKeys(follow: Follow, snapshot: string): string {
  const keys = keyOf("changes", sourcesOf(follow)).join(", ");
  const seen = `${quoteLiteral(snapshot)}::pg_snapshot`;
  return `
    select distinct ${keys}
    from ${changeLogOf(follow).table} as changes
    where changes.dataform_xid >= pg_snapshot_xmin(${seen})
      and not pg_visible_in_snapshot(changes.dataform_xid, ${seen})`;
}

// Keys that the table holds and the followed one no longer has concern rows that have to go.
function allKeys(follow: Follow, target: Target): string {
  const own = follow.columns.map((column) => column.own);
  return `
    select ${keyOf("followed", sourcesOf(follow)).join(", ")} from ${qualifiedName(follow.target)} as followed
    union
    select ${keyOf("stored", own).join(", ")} from ${qualifiedName(target)} as stored`;
}

/** A truncate leaves a key of NULLs alone: every key may have changed. */
async function holdsEveryKey(session: Session, follow: Follow): Promise<boolean> {
  const nulls = keyOf("changed", sourcesOf(follow)).map((column) => `${column} is null`);
  const { rows } = await session.query(
    `select exists (select from pg_temp.${quoteIdentifier(follow.changedName)} as changed where ${nulls.join(" and ")})`,
  );
  return rows[0]?.[0] === "t";
}

function sourcesOf({ columns }: Follow): string[] {
  return columns.map(({ source }) => source);
}

/** The query, its settings and the rows of the relations that concern every key, as one hash. */
async function fingerprintOf(
  session: Session,
  { fingerprint, recomputeWhen }: Increment,
): Promise<string> {
  const hashes = [];
  for (const target of recomputeWhen) {
    const { rows } = await session.authored(`
      select pg_catalog.count(*),
        pg_catalog.sum(pg_catalog.hashtextextended(input::pg_catalog.text, 0)::pg_catalog.numeric)
      from ${qualifiedName(target)} as input`);
    hashes.push(rows[0]);
  }
  return shortHash(JSON.stringify([fingerprint, hashes]));
}
