import type { Session } from "../../database/database.ts";
import { ActionFailure } from "../../errors.ts";
import { qualifiedName, quoteIdentifier } from "../../names/identifiers.ts";
import type { AppendTask, ChangeTask, MergeTask } from "../../plan/publish-task.ts";
import { checkPartitioning, readPartitionedTable } from "../../relation/partitioned-table.ts";
import { doubledKeys } from "../../relation/row-identity.ts";
import { type Target, targetName } from "../../target.ts";
import { logRows } from "../increments/spread-log.ts";
import { makeMissingPartitions } from "../partitions/make-partitions.ts";
import { dropExpiredPartitions } from "../partitions/partition-retention.ts";
import type { Publication } from "../publication.ts";
import { type NewRows, withNewRows } from "../stage/new-rows.ts";
import { mergeStatement } from "./merge-statement.ts";

/**
 * Inserts the query's rows into an incremental table without a unique key; returns their number.
 */
export function addRows(publication: Publication<AppendTask>): Promise<number> {
  const { session, target } = publication;
  return writeNewRows(publication, async ({ stage, columns }) => {
    if (publication.distribution) await logRows(session, target, [`table ${stage.name}`]);
    const names = columns.map(({ name }) => quoteIdentifier(name)).join(", ");
    const inserted = await session.authored(
      `insert into ${qualifiedName(target)} (${names}) overriding system value
      select ${names} from ${stage.name}`,
    );
    return inserted.rowCount ?? 0;
  });
}

/**
 * Updates the rows whose unique key exists already and inserts the others; returns the number of rows
 * that changed. Rows that are the same byte by byte are left alone. NULL is a key like any other.
 */
export function mergeRows(publication: Publication<MergeTask>): Promise<number> {
  const { session, target, task } = publication;
  return writeNewRows(publication, async (rows) => {
    const nullable = await checkKey(session, target, task.uniqueKey, rows);
    if (publication.distribution) await logMerged(publication, rows, nullable);
    const merge = mergeStatement(target, task, rows, nullable);
    return (await session.authored(merge)).rowCount ?? 0;
  });
}

function makePartitions(
  { session, target, task, distribution }: Publication<ChangeTask>,
  { stage }: NewRows,
): Promise<void> {
  const isSpread = distribution !== undefined;
  return makeMissingPartitions(session, target, stage.name, task.partitioning, isSpread);
}

/** Logs the keys of all new rows, and of the stored rows that have their unique keys; `nullable` as `mergeStatement` takes it. */
function logMerged(
  { session, target, task: { uniqueKey } }: Publication<MergeTask>,
  { stage, columns }: NewRows,
  nullable: ReadonlySet<string>,
): Promise<void> {
  const isSame = columns
    .filter(({ name }) => uniqueKey.includes(name))
    .map(({ name, equals }) => {
      const [old, given] = [`t.${quoteIdentifier(name)}`, `s.${quoteIdentifier(name)}`];
      const nulls = nullable.has(name) ? ` or (${old} is null and ${given} is null)` : "";
      return `(${old} ${equals} ${given}${nulls})`;
    });
  return logRows(session, target, [
    `table ${stage.name}`,
    `select t.* from ${qualifiedName(target)} as t join ${stage.name} as s on ${isSame.join(" and ")}`,
  ]);
}

/** Runs the query, brings the columns in line, writes the rows with `writeRows`, and gates them; `widen` as `withNewRows` takes it. */
export function writeNewRows(
  publication: Publication<ChangeTask>,
  writeRows: (rows: NewRows) => Promise<number>,
  widen?: () => Promise<void>,
): Promise<number> {
  const { session, target, task, gate } = publication;
  const write = async (rows: NewRows) => {
    const table = await readPartitionedTable(session, target);
    await checkPartitioning(session, target, table, task.partitioning);
    if (table) await makePartitions(publication, rows);
    const count = await writeRows(rows);
    await dropExpiredPartitions(session, target, task.partitioning);
    await gate(qualifiedName(target), rows.stage.name);
    return count;
  };
  return withNewRows(publication, write, widen);
}

/**
 * Throws ActionFailure for keys that occur twice among the new rows; returns the key columns that hold
 * NULLs.
 */
async function checkKey(
  session: Session,
  target: Target,
  key: readonly string[],
  rows: NewRows,
): Promise<Set<string>> {
  await refuseDoubledKeys(session, target, key, rows);
  const isNull = key.map((name) => `${quoteIdentifier(name)} is not distinct from null`);
  const nulls = await session.query(
    `select ${isNull.map((each) => `coalesce(bool_or(${each}), false)`).join(", ")} from ${rows.stage.name}`,
  );
  return new Set(key.filter((_, index) => nulls.rows[0]?.[index] === "t"));
}

/** Throws ActionFailure for keys that occur twice among the new rows. */
export async function refuseDoubledKeys(
  session: Session,
  target: Target,
  key: readonly string[],
  { stage }: NewRows,
): Promise<void> {
  const doubled = await doubledKeys(session, stage.name, key);
  if (doubled.length === 0) return;
  throw new ActionFailure({
    message: `the new rows of ${targetName(target)} are not unique by (${key.join(", ")}): ${doubled.join("; ")}`,
    hint: "make the query give one row for each key, or widen uniqueKey",
  });
}
