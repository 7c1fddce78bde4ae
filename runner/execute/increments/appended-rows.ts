import type { Session } from "../../database/database.ts";
import { qualifiedName, quoteIdentifier, quoteLiteral } from "../../names/identifiers.ts";
import { ownSchema } from "../../names/our-marks.ts";
import type { Follow } from "../../plan/publish-task.ts";
import type { Target } from "../../target.ts";
import { hasOwnTable, makeOwnTable } from "../own-table.ts";
import { changeLogOf } from "./change-log.ts";

/**
 * For each range of transactions of an append-only table, how many rows it had when its follower was
 * published. A row that was added later, but names a transaction of that time, changes that number.
 */
const table = `${ownSchema}.appended_rows`;

/** The approximate number of rows in one range. */
const rangeRows = 100_000;

/**
 * The approximate number of rows that are counted again in each run, beside those of the newest range.
 */
const recountedRows = 200_000;

/**
 * The age of a range is the number of runs since its rows were counted. So much is added to it when rows may have been added
 * to the table since then, until they are counted again.
 */
const uncounted = 1_000_000;

/** Makes the table when it does not exist. */
export function makeAppendedRows(session: Session): Promise<void> {
  return makeOwnTable(session, {
    name: "appended_rows",
    columns: `
      follower_schema text not null,
      follower_name text not null,
      log text not null,
      from_xid xid8 not null,
      until_xid xid8 not null,
      row_count bigint not null,
      age integer not null,
      primary key (follower_schema, follower_name, log, from_xid)`,
    comment:
      "how many rows of append-only tables were there, by their transactions (postgres.follows)",
  });
}

/** Removes the counts of a table that is no longer followed. */
export async function forgetAppended(
  session: Session,
  follower: Target,
  log: string,
): Promise<void> {
  if (!(await hasOwnTable(session, "appended_rows"))) return;
  await session.query(`delete from ${table} where ${isOf(follower, log)}`);
}

/** Rows that no run has seen, although their transactions had ended before the last run. */
export interface UnseenRows {
  /**
   * SQL conditions on a row of the followed table; the new rows are among the rows that they match.
   */
  conditions: string[];
  count: number;
  /** Whether rows are gone, which cannot happen to a table to which rows are only added. */
  areGone: boolean;
}

/**
 * Counts rows of an append-only table again: those of the newest transactions, whose counts `storeCounts` replaces, and
 * some older ones, which differ from run to run until all are counted. `snapshot` is the snapshot of the follower's last
 * publication.
 */
export async function findUnseen(
  session: Session,
  follower: Target,
  follow: Follow,
  snapshot: string,
): Promise<UnseenRows> {
  const isMine = isOf(follower, changeLogOf(follow).id);
  const column = transactionOf(follow);
  const firstOfNewest = firstNotEnded(isMine, snapshot);
  await session.query(`update ${table} set age = age + 1 where ${isMine}`);
  const { rows } = await session.query(`
    with
    due as (
      select from_xid, until_xid, row_count, from_xid >= ${firstOfNewest} as is_newest,
        sum(row_count) over (order by age desc, from_xid desc) - row_count as rows_before
      from ${table}
      where ${isMine} and (row_count <= ${recountedRows} or age % ${uncounted} * ${recountedRows}::bigint >= row_count
        or from_xid >= ${firstOfNewest})
    ),
    counted as (
      select due.from_xid, due.until_xid, recount.row_count - due.row_count as added
      from due
      cross join lateral (
        select count(*) as row_count
        from ${qualifiedName(follow.target)} as source
        where ${column} >= due.from_xid and ${column} < due.until_xid
          and pg_visible_in_snapshot(${column}, ${quoteLiteral(snapshot)})
      ) as recount
      where due.is_newest or due.rows_before < ${recountedRows}
    ),
    marked as (
      update ${table} as ranges set age = 0, row_count = ranges.row_count + counted.added from counted
      where ${isMine} and ranges.from_xid = counted.from_xid
    )
    select from_xid, until_xid, added from counted where added != 0`);
  return {
    conditions: rows.map(
      ([from, until]) => `(${column} >= ${xid(from)} and ${column} < ${xid(until)})`,
    ),
    count: rows.reduce((sum, [, , added]) => sum + Math.abs(Number(added)), 0),
    areGone: rows.some(([, , added]) => Number(added) < 0),
  };
}

/**
 * Whether ranges of an append-only table are left that no run has counted since rows were last added to it. To be called
 * behind `findUnseen` and `storeCounts`; `mayHaveMore`: unless rows were last added before an earlier call.
 */
export async function areLeftToCount(
  session: Session,
  follower: Target,
  follow: Follow,
  { mayHaveMore }: { mayHaveMore: boolean },
): Promise<boolean> {
  const isMine = isOf(follower, changeLogOf(follow).id);
  if (mayHaveMore) {
    const isCounted = `age between 1 and ${uncounted - 1}`;
    await session.query(
      `update ${table} set age = age + ${uncounted} where ${isMine} and ${isCounted}`,
    );
  }
  const { rows } = await session.query(
    `select exists (select from ${table} where ${isMine} and age >= ${uncounted})`,
  );
  return rows[0]?.[0] === "t";
}

/** The rows of one range of transactions: its first one, the one after it and their number, as PostgreSQL writes them. */
type RangeCount = (string | null)[];

/**
 * Returns how many rows of each range of transactions a snapshot sees. Ranges whose transactions had all
 * ended before `earlier`, the snapshot of the follower's last publication, are left out; without
 * `earlier` all rows are counted.
 */
export async function countAppended(
  session: Session,
  follower: Target,
  follow: Follow,
  snapshot: string,
  earlier?: string,
): Promise<RangeCount[]> {
  const isMine = isOf(follower, changeLogOf(follow).id);
  const column = transactionOf(follow);
  const now = quoteLiteral(snapshot);
  const first = earlier === undefined ? "'0'" : firstNotEnded(isMine, earlier);
  const from = xid((await session.query(`select ${first}`)).rows[0]?.[0]);
  // The row of ${from} with a count of 0 is for a table without new rows.
  const { rows } = await session.query(`
    with
    counts as (
      select xid, sum(row_count) as row_count
      from (
        select ${column} as xid, count(*) as row_count
        from ${qualifiedName(follow.target)} as source
        where ${column} >= ${from} and pg_visible_in_snapshot(${column}, ${now})
        group by ${column}
        union all
        select ${from}, 0
      ) as found
      group by xid
    ),
    numbered as (
      select counts.*,
        (sum(row_count) over (order by xid rows unbounded preceding) - row_count)::bigint
          / ${rangeRows} as range_no
      from counts
    )
    select min(xid), coalesce(lead(min(xid)) over (order by range_no), pg_snapshot_xmax(${now})), sum(row_count)
    from numbered
    group by range_no
    order by range_no`);
  return rows;
}

/** Stores the counts of the newest ranges, from the first of them on in place of those that are there. */
export async function storeCounts(
  session: Session,
  follower: Target,
  follow: Follow,
  counts: readonly RangeCount[],
): Promise<void> {
  const log = changeLogOf(follow).id;
  await session.query(
    `delete from ${table} where ${isOf(follower, log)} and from_xid >= ${xid(counts[0]?.[0])}`,
  );
  const follows = [follower.schema, follower.name, log].map(quoteLiteral).join(", ");
  const values = counts.map(
    ([from, until, count]) => `(${follows}, ${xid(from)}, ${xid(until)}, ${count}, 0)`,
  );
  await session.query(`insert into ${table} values ${values.join(", ")}`);
}

/** SQL: the beginning of the first range whose transactions had not all ended before a snapshot. */
function firstNotEnded(isMine: string, snapshot: string): string {
  const begun = `from_xid <= pg_snapshot_xmin(${quoteLiteral(snapshot)})`;
  return `(select coalesce(max(from_xid), '0') from ${table} where ${isMine} and ${begun})`;
}

/** SQL condition that is true for a row of an append-only table which a snapshot did not see. */
export function isUnseen(follow: Follow, snapshot: string): string {
  const column = transactionOf(follow);
  const seen = `${quoteLiteral(snapshot)}::pg_snapshot`;
  return `(${column} >= pg_snapshot_xmin(${seen}) and not pg_visible_in_snapshot(${column}, ${seen}))`;
}

function transactionOf({ appendOnly }: Follow): string {
  return `source.${quoteIdentifier(appendOnly?.column ?? "")}`;
}

function xid(text: string | null | undefined): string {
  return `${quoteLiteral(text ?? "0")}::xid8`;
}

function isOf({ schema, name }: Target, log: string): string {
  const names = `follower_schema = ${quoteLiteral(schema)} and follower_name = ${quoteLiteral(name)}`;
  return `(${names} and log = ${quoteLiteral(log)})`;
}
