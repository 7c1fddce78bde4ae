import type { Session } from "../../database/database.ts";
import { queryEach } from "../../database/in-turn.ts";
import { qualifiedName, quoteLiteral } from "../../names/identifiers.ts";
import type { Partitioning } from "../../plan/publish-task.ts";
import { lockBriefly } from "../../relation/brief-lock.ts";
import {
  type Partition,
  type PartitionedTable,
  readPartitionedTable,
} from "../../relation/partitioned-table.ts";
import { rangeBounds } from "../../relation/range-bounds.ts";
import type { Target } from "../../target.ts";
import { rangeSql } from "./partition-routes.ts";

/**
 * Drops range partitions that end earlier than the newest row minus the retention. A table that gets no
 * new rows keeps its old ones. Rows more than a day ahead of the clock are not the newest: one with a
 * wrong year would have everything else dropped.
 */
export async function dropExpiredPartitions(
  session: Session,
  target: Target,
  partitioning: Partitioning | undefined,
): Promise<void> {
  if (partitioning?.retention === undefined) return;
  const table = await readPartitionedTable(session, target);
  if (table?.method !== "range") return;
  const expired = await findExpired(session, table, partitioning.retention);
  if (expired.length === 0) return;
  const parent = qualifiedName(target);
  const fallback = table.partitions.filter(({ isDefault }) => isDefault);
  await lockBriefly(session, [parent, ...[...expired, ...fallback].map(({ name }) => name)]);
  for (const { name } of expired) {
    await queryEach(session, [
      `alter table ${parent} detach partition ${name}`,
      `drop table ${name}`,
    ]);
  }
}

async function findExpired(
  session: Session,
  table: PartitionedTable,
  retention: string,
): Promise<Partition[]> {
  const key = table.keys[0] ?? "";
  const { type, width, counts } = retentionSql(retention, key);
  const ends = table.partitions.flatMap(({ bound }, index) => {
    const end = rangeBounds(bound)?.to;
    return end === undefined ? [] : [`(${index}, ${quoteLiteral(end)}::${type})`];
  });
  if (ends.length === 0) return [];
  const bounds = `(values ${ends.join(", ")}) as bounds (number, upper_end)`;
  const latest = await session.query(`select number from ${bounds} order by upper_end desc`);
  const partitions = latest.rows.flatMap(([number]) => table.partitions[Number(number)] ?? []);
  const newest = await newestKey(session, partitions, key, counts);
  if (newest === undefined) return [];
  const expired = await session.query(
    `select number from ${bounds} where upper_end <= ${quoteLiteral(newest)}::${type} - ${width}`,
  );
  return expired.rows.flatMap(([number]) => table.partitions[Number(number)] ?? []);
}

/** The type in which ends of partitions are compared, the retention, and which keys may be the newest, as SQL. */
function retentionSql(retention: string, key: string) {
  const isNumber = /^\d+(\.\d+)?$/.test(retention);
  return {
    type: isNumber ? "numeric" : "timestamp",
    width: isNumber ? retention : `interval ${quoteLiteral(retention)}`,
    counts: isNumber ? "true" : `${key} <= now() + interval '1 day'`,
  };
}

/**
 * Deletes from `rows` (a table's name as SQL) those that are too old for the retention of a partitioned table,
 * by the newest row of that table, and returns how many. Rows whose key is NULL or infinite stay.
 */
export async function deleteExpired(
  session: Session,
  rows: string,
  target: Target,
  { key, by, retention }: Partitioning,
): Promise<number> {
  if (retention === undefined || by === "list" || "hash" in by) return 0;
  const { type, width, counts } = retentionSql(retention, key);
  const { start, step } = rangeSql(key, by.range);
  const { rowCount } = await session.query(`
    delete from ${rows} where (${start}) + ${step} <= (
      select max(${key})::${type} - ${width} from ${qualifiedName(target)}
      where ${counts} and (${start}) is not null
    )`);
  return rowCount ?? 0;
}

/** Returns the greatest key that counts in the first of the given partitions that has one. */
async function newestKey(
  session: Session,
  partitions: readonly Partition[],
  key: string,
  counts: string,
): Promise<string | undefined> {
  for (const { name } of partitions) {
    // Not as a text: a node of Citus would write a time in another zone.
    const { rows } = await session.query(`select max(${key}) from ${name} where ${counts}`);
    const newest = rows[0]?.[0];
    if (typeof newest === "string") return newest;
  }
  return undefined;
}
