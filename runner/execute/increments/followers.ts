import type { Session } from "../../database/database.ts";
import { mayRead } from "../../database/warehouse/may-read.ts";
import { quoteIdentifier, quoteLiteral } from "../../names/identifiers.ts";
import { ownSchema } from "../../names/our-marks.ts";
import type { Follow } from "../../plan/publish-task.ts";
import type { Target } from "../../target.ts";
import { makeOwnTable } from "../own-table.ts";
import { forgetAppended } from "./appended-rows.ts";
import { changeLogOf, dropChangeLog } from "./change-log.ts";
import { oidOf, type TableParts } from "./table-parts.ts";

/**
 * The table with one row for each pair of a following and a followed table: the snapshot that was last
 * read.
 */
export const followersTable = `${ownSchema}.followers`;

/** The state of a followed table that a follower was last computed from. */
export interface Seen {
  /** The snapshot; undefined when changes may have been missed. */
  snapshot: string | undefined;
  followedOid: string;
  followerOid: string;
  /** The database cluster that the snapshot's transaction ids belong to. */
  cluster: string;
  fingerprint: string;
  /** Undefined when an earlier version of the runner published it. */
  followed: TableParts | undefined;
  follower: TableParts | undefined;
}

/** Makes the table when it does not exist. */
export async function makeFollowers(session: Session): Promise<void> {
  await makeOwnTable(session, {
    name: "followers",
    columns: `
      follower_schema text not null,
      follower_name text not null,
      log text not null,
      followed_schema text not null,
      followed_name text not null,
      source_columns text[] not null,
      snapshot pg_snapshot,
      followed_oid oid,
      follower_oid oid,
      cluster text,
      fingerprint text,
      parts jsonb,
      primary key (follower_schema, follower_name, log)`,
    comment:
      "what each incremental table has seen of the tables that it follows (postgres.follows)",
  });
  // Earlier versions made it without this column.
  const { rows } = await session.query(
    `select from pg_attribute where attrelid = to_regclass('${followersTable}') and attname = 'parts'`,
  );
  if (rows.length === 0)
    await session.query(`alter table ${followersTable} add column parts jsonb`);
}

/**
 * Returns the state that the table was last computed from; undefined before its first publication.
 */
export async function readSeen(
  session: Session,
  follower: Target,
  follow: Follow,
): Promise<Seen | undefined> {
  const { rows } = await session.query(
    `select snapshot::text, followed_oid, follower_oid, cluster, fingerprint, to_jsonb(seen)->>'parts'
    from ${followersTable} as seen where ${isOf(follower)} and log = ${quoteLiteral(changeLogOf(follow).id)}`,
  );
  const [row] = rows;
  const [snapshot, followedOid, followerOid, cluster, fingerprint, parts] = row ?? [];
  // It is expected (`expectFollower`), and was not published yet.
  if (!cluster) return undefined;
  return {
    snapshot: snapshot ?? undefined,
    followedOid: followedOid ?? "",
    followerOid: followerOid ?? "",
    cluster,
    fingerprint: fingerprint ?? "",
    followed: undefined,
    follower: undefined,
    ...(JSON.parse(parts ?? "{}") as Partial<Seen>),
  };
}

/**
 * Tells, before its first publication, that a table is going to follow another one: until it has seen them, changes
 * stay in the log.
 */
export async function expectFollower(
  session: Session,
  follower: Target,
  follow: Follow,
): Promise<void> {
  await session.query(`
    insert into ${followersTable} (follower_schema, follower_name, log, followed_schema, followed_name, source_columns)
    values (${namesOf(follower, follow).join(", ")})
    on conflict (follower_schema, follower_name, log) do nothing`);
}

/** Stores the state that the table is computed from, in the transaction that publishes it. */
export async function writeSeen(
  session: Session,
  follower: Target,
  follow: Follow,
  {
    snapshot,
    cluster,
    fingerprint,
    followed,
    follower: own,
  }: Omit<Seen, "followedOid" | "followerOid">,
): Promise<void> {
  const values = [
    ...namesOf(follower, follow),
    snapshot === undefined ? "null" : quoteLiteral(snapshot),
    `${oidOf(follow.target)}::oid`,
    `${oidOf(follower)}::oid`,
    ...[cluster, fingerprint, JSON.stringify({ followed, follower: own })].map(quoteLiteral),
  ];
  await session.query(`
    insert into ${followersTable} (follower_schema, follower_name, log, followed_schema, followed_name,
      source_columns, snapshot, followed_oid, follower_oid, cluster, fingerprint, parts)
    values (${values.join(", ")})
    on conflict (follower_schema, follower_name, log) do update set
      snapshot = excluded.snapshot,
      followed_oid = excluded.followed_oid,
      follower_oid = excluded.follower_oid,
      cluster = excluded.cluster,
      fingerprint = excluded.fingerprint,
      parts = excluded.parts`);
}

/** The values of the first six columns, as SQL. */
function namesOf(follower: Target, follow: Follow): string[] {
  const columns = follow.columns.map(({ source }) => quoteLiteral(source)).join(", ");
  return [
    ...[follower.schema, follower.name, changeLogOf(follow).id].map(quoteLiteral),
    ...[follow.target.schema, follow.target.name].map(quoteLiteral),
    `array[${columns}]`,
  ];
}

/**
 * Marks a followed table whose changes may have been missed: every key counts as changed next time.
 */
export async function forgetSeen(session: Session, follow: Follow): Promise<void> {
  const log = quoteLiteral(changeLogOf(follow).id);
  await session.query(`update ${followersTable} set snapshot = null where log = ${log}`);
}

/** Whether there are rows of tables that a follower no longer follows. */
export async function hasUnused(
  session: Session,
  follower: Target,
  follows: readonly Follow[],
): Promise<boolean> {
  const { rows } = await session.query(
    `select exists (select from ${followersTable} where ${isUnused(follower, follows)})`,
  );
  return rows[0]?.[0] === "t";
}

/**
 * Removes the rows of tables that a follower no longer follows, and the logs that no follower reads any
 * more.
 */
export async function dropUnused(
  session: Session,
  follower: Target,
  follows: readonly Follow[],
): Promise<void> {
  const { rows } = await session.query(
    `delete from ${followersTable} where ${isUnused(follower, follows)} returning log`,
  );
  for (const [log] of rows) {
    await forgetAppended(session, follower, log ?? "");
    const used = await session.query(
      `select from ${followersTable} where log = ${quoteLiteral(log ?? "")}`,
    );
    if (used.rows.length > 0) continue;
    await dropChangeLog(session, log ?? "");
  }
}

/** A table that is stored as a follower. */
export interface Follower {
  follower: Target;
  exists: boolean;
  /** Whether a run has announced it (`expectFollower`) and not published it: it is being built, or that has failed. */
  isExpected: boolean;
}

/**
 * Returns every table that is stored as a follower: none when this role may not read them, as those of a project of
 * others in the same database. The catalogue is asked, since to name a table takes rights on its schema.
 */
export async function readFollowers(session: Session): Promise<Follower[]> {
  if (!(await mayRead(session, { schema: ownSchema, name: "followers" }))) return [];
  const { rows } = await session.query(`
    select follower_schema, follower_name, exists (
      select from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
      where n.nspname = follower_schema and c.relname = follower_name), bool_and(cluster is null)
    from ${followersTable}
    group by follower_schema, follower_name`);
  return rows.map(([schema, name, exists, isExpected]) => ({
    follower: { schema: schema ?? "", name: name ?? "" },
    exists: exists === "t",
    isExpected: isExpected === "t",
  }));
}

function isUnused(follower: Target, follows: readonly Follow[]): string {
  const logs = follows.map((follow) => quoteLiteral(changeLogOf(follow).id));
  return `${isOf(follower)} and log not in (${["''", ...logs].join(", ")})`;
}

function isOf({ schema, name }: Target): string {
  return `(follower_schema = ${quoteLiteral(schema)} and follower_name = ${quoteLiteral(name)})`;
}

/** Returns the columns of a key as SQL, each with the alias of its relation. */
export function keyOf(alias: string, names: readonly string[]): string[] {
  return names.map((name) => `${alias}.${quoteIdentifier(name)}`);
}
