import type { Session } from "../../database/database.ts";
import { qualifiedName, quoteLiteral } from "../../names/identifiers.ts";
import { shortHash } from "../../names/short-hash.ts";
import type { Increment } from "../../plan/execution-graph.ts";
import type { Follow } from "../../plan/publish-task.ts";
import { type Target, targetName } from "../../target.ts";
import { meaningful } from "../proofs/environment.ts";
import { calledCode } from "./called-code.ts";
import { changeLogOf } from "./change-log.ts";
import { keyOf, type Seen } from "./followers.ts";
import { type NamedParts, newParts, oidOf, readParts, whyUnknown } from "./table-parts.ts";

/**
 * The state that an incremental table is computed from, valid once its transaction is committed.
 */
export interface SeenNow extends Pick<Seen, "cluster" | "fingerprint"> {
  snapshot: string;
  /** The parts of each followed table, before the query reads it. */
  followed: Map<Follow, NamedParts>;
  follower: NamedParts;
}

/**
 * Reads the current state before the query reads anything: changes that are committed later are seen by
 * the next run.
 */
export async function seenNow(
  session: Session,
  target: Target,
  increment: Increment,
): Promise<SeenNow> {
  const { rows } = await session.query(
    `select pg_current_snapshot()::text, system_identifier::text from pg_control_system()`,
  );
  return {
    snapshot: rows[0]?.[0] ?? "",
    cluster: rows[0]?.[1] ?? "",
    fingerprint: await fingerprintOf(session, increment),
    followed: await partsOf(session, increment),
    follower: await readParts(session, target, undefined),
  };
}

async function partsOf(session: Session, { follows }: Increment): Promise<Map<Follow, NamedParts>> {
  const parts = new Map<Follow, NamedParts>();
  for (const follow of follows) parts.set(follow, await readFollowed(session, follow));
  return parts;
}

/** Reads the parts of a followed table, with the triggers of its log. */
export function readFollowed(session: Session, follow: Follow): Promise<NamedParts> {
  const hasTriggers = !follow.appendOnly && !follow.spread;
  return readParts(session, follow.target, hasTriggers ? changeLogOf(follow).id : undefined);
}

/**
 * Takes the state of the last publication and the current one; returns why every key has to be computed
 * again, as part of a sentence, or undefined when all changes since then are known.
 */
export async function whyEveryKey(
  session: Session,
  target: Target,
  follow: Follow,
  { seen, now }: { seen: Seen | undefined; now: SeenNow },
): Promise<string | undefined> {
  const { target: followed, spread } = follow;
  if (seen === undefined) return "no run has published it by this key yet";
  const { rows } = await session.query(
    `select ${oidOf(followed)}::oid,
      ${oidOf(target)}::oid`,
  );
  const [followedOid, followerOid] = rows[0] ?? [];
  if (seen.cluster !== now.cluster) return "it was published in another database cluster";
  if (seen.followedOid !== followedOid) return `${targetName(followed)} is another table now`;
  if (seen.followerOid !== followerOid) return "it is another table now";
  if (spread === "writtenByOthers") {
    return `${targetName(followed)} is distributed and written by others, and Citus has no triggers that could tell what they change`;
  }
  const unknown = whyPartsSayNothing(target, follow, { seen, now });
  if (unknown !== undefined) return unknown;
  if (seen.snapshot === undefined) return `changes of ${targetName(followed)} may have been missed`;
  if (seen.fingerprint === now.fingerprint) return undefined;
  return "its query, the settings of the database, a view or function that it uses or what postgres.recomputeWhen names has changed";
}

function whyPartsSayNothing(
  target: Target,
  follow: Follow,
  { seen, now }: { seen: Seen; now: SeenNow },
): string | undefined {
  const followed = now.followed.get(follow);
  const { follower } = now;
  // Columns that others add to the table itself are not those of its query.
  const own = seen.follower && { ...seen.follower, columns: follower.columns };
  return (
    (followed && whyUnknown(follow.target, seen.followed, followed)) ??
    whyUnknown(target, own, { ...follower, untold: undefined })
  );
}

/**
 * The query of the keys that triggers logged since a table was published, and of the keys in partitions
 * and child tables that have come since, each once.
 */
export function changedKeys(follow: Follow, seen: Seen, now: SeenNow): string {
  const keys = keyOf("changes", sourcesOf(follow)).join(", ");
  const snapshot = `${quoteLiteral(seen.snapshot ?? "")}::pg_snapshot`;
  const parts = now.followed.get(follow);
  const added = seen.followed && parts ? newParts(seen.followed, parts) : [];
  const all = [
    `select ${keys}
      from ${changeLogOf(follow).table} as changes
      where changes.dataform_xid >= pg_snapshot_xmin(${snapshot})
        and not pg_visible_in_snapshot(changes.dataform_xid, ${snapshot})`,
    ...added.map((name) => `select ${keys} from only ${name} as changes`),
  ];
  return `select distinct changes.* from (${all.join(" union all ")}) as changes`;
}

/** The query of the keys that triggers logged in the transaction itself. */
export function keysOfTransaction(follow: Follow): string {
  const keys = keyOf("changes", sourcesOf(follow)).join(", ");
  return `select ${keys} from ${changeLogOf(follow).table} as changes where changes.dataform_xid = pg_current_xact_id()`;
}

/** A truncate is logged as a key of NULLs: every key may have changed. */
export function isEveryKey(alias: string, follow: Follow): string {
  return keyOf(alias, sourcesOf(follow))
    .map((column) => `${column} is null`)
    .join(" and ");
}

/** The columns of a key as SQL, of a followed table with the alias `source`. */
export function keyOfSource(follow: Follow): string {
  return keyOf("source", sourcesOf(follow)).join(", ");
}

/** The columns of a key as the followed table names them. */
export function sourcesOf({ columns }: Follow): string[] {
  return columns.map(({ source }) => source);
}

const settingsQuery = `
  select ${meaningful.map((name) => `pg_catalog.current_setting('${name}', true)`).join(", ")}`;

/**
 * One hash of the query, its settings, the code that it calls, the settings of the session that it is run with, and the
 * rows of the relations in `recomputeWhen`.
 */
async function fingerprintOf(session: Session, increment: Increment): Promise<string> {
  const { fingerprint, recomputeWhen } = increment;
  const { rows: settings } = await session.authored(settingsQuery);
  const hashes = [];
  for (const target of recomputeWhen) {
    const { rows } = await session.authored(`
      select pg_catalog.count(*),
        pg_catalog.sum(pg_catalog.hashtextextended(row(input.*)::pg_catalog.text, 0)::pg_catalog.numeric)
      from ${qualifiedName(target)} as input`);
    hashes.push(rows[0]);
  }
  const code = await calledCode(session, increment);
  return shortHash(JSON.stringify([fingerprint, code, hashes, settings]));
}
