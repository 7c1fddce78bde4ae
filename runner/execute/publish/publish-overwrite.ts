import type { Session } from "../../database/database.ts";
import { qualifiedName, quoteIdentifier } from "../../names/identifiers.ts";
import { temporaryName } from "../../names/temporary-name.ts";
import type { OverwriteTask } from "../../plan/publish-task.ts";
import { checkPartitioning, readPartitionedTable } from "../../relation/partitioned-table.ts";
import { type Column, readRelation, readRelationNamed } from "../../relation/relation.ts";
import { openGate } from "../gates/gate.ts";
import { logRows } from "../increments/spread-log.ts";
import { makeMissingPartitions } from "../partitions/make-partitions.ts";
import type { Overwrite } from "../partitions/overwrite.ts";
import { overwritePartitions } from "../partitions/overwrite-partitions.ts";
import { dropExpiredPartitions } from "../partitions/partition-retention.ts";
import { sliceSql } from "../partitions/slice-sql.ts";
import type { Publication } from "../publication.ts";
import { type NewRows, withNewRows } from "../stage/new-rows.ts";

/**
 * Replaces the slices of a table for which the query gives rows (NULL is a slice, too) and leaves all
 * others alone; returns the number of new rows. In a natively partitioned table the touched partitions
 * are built anew and swapped. Without new rows nothing changes.
 */
export function overwriteRows(publication: Publication<OverwriteTask>): Promise<number> {
  const { session, target, task, gate } = publication;
  const { slice, existingRows = [], partitioning } = task;
  return withNewRows(publication, async (rows) => {
    const slices = temporaryName("slices");
    const table = await readPartitionedTable(session, target);
    await checkPartitioning(session, target, table, partitioning);
    const current = (await readRelation(session, target))?.columns ?? [];
    const [ofNew, ofOld] = [rows.columns, current].map((each) => sliceSql(slice, each));
    const touched = await readSlices(session, ofNew ?? "", rows, slices);
    const names = rows.columns.map(({ name }) => quoteIdentifier(name)).join(", ");
    const nulls = touched.hasNull ? ` or (${ofOld}) is not distinct from null` : "";
    const isTouched = `((${ofOld}) ${touched.equals} any (select slice from ${slices} where slice is distinct from null)${nulls})`;
    const isReplaced = [isTouched, ...existingRows.map((text) => `(${text}\n)`)].join(" and ");
    const change = { rows, slice, names, isReplaced, keepsSome: existingRows.length > 0 };
    // Swapping partitions blocks readers for a moment, so the gate, which may take long, judges before
    // it, unless only the new partitions know values of the new rows.
    const isSwapped = table !== undefined && !publication.distribution;
    const isKnown = isSwapped && !isFilledLater(current, rows);
    if (isKnown) await gateResult(publication, change);
    let count = 0;
    if (touched.count > 0) {
      count = isSwapped
        ? await overwritePartitions(session, target, table, change, partitioning)
        : await overwriteSlices(publication, change);
    }
    await session.query(`drop table ${slices}`);
    await dropExpiredPartitions(session, target, partitioning);
    if (!isKnown) await gate(qualifiedName(target), rows.stage.name);
    return count;
  });
}

/** Whether new rows get values that the query does not give: defaults, generated ones and identities. */
function isFilledLater(current: readonly Column[], { columns }: NewRows): boolean {
  const given = new Set(columns.map(({ name }) => name));
  return current.some(({ name, fillsItself }) => fillsItself && !given.has(name));
}

/** Gates the future content of the table: the rows that stay, and the new ones. */
async function gateResult(
  { session, target, gate }: Publication<OverwriteTask>,
  { rows, isReplaced }: Overwrite,
): Promise<void> {
  if (gate === openGate) return;
  const columns = (await readRelation(session, target))?.columns ?? [];
  const given = new Set(rows.columns.map(({ name }) => name));
  const old = columns.map(({ name }) => quoteIdentifier(name));
  const added = columns.map(({ name, type }) =>
    given.has(name) ? quoteIdentifier(name) : `null::${type}`,
  );
  const result = temporaryName("result");
  await session.authored(
    `create temp view ${result} as
    select ${old.join(", ")} from ${qualifiedName(target)} as dataform_dest where (${isReplaced}) is not true
    union all
    select ${added.join(", ")} from ${rows.stage.name} as s`,
  );
  await gate(result, rows.stage.name);
  await session.query(`drop view ${result}`);
}

async function overwriteSlices(
  { session, target, task, distribution }: Publication<OverwriteTask>,
  { rows, names, isReplaced }: Overwrite,
): Promise<number> {
  const table = qualifiedName(target);
  if (distribution) {
    await makeMissingPartitions(session, target, rows.stage.name, task.partitioning, true);
    const old = `select * from ${table} as dataform_dest where ${isReplaced}`;
    await logRows(session, target, [old, `table ${rows.stage.name}`]);
  }
  await session.authored(`delete from ${table} as dataform_dest where ${isReplaced}`);
  const inserted = await session.authored(
    `insert into ${table} (${names}) overriding system value select ${names} from ${rows.stage.name}`,
  );
  return inserted.rowCount ?? 0;
}

/**
 * Stores the distinct slices of the new rows in a temporary table. They are computed under the settings of the
 * statements that look for them: the date in a text has the order that its author set.
 */
async function readSlices(session: Session, slice: string, { stage }: NewRows, slices: string) {
  await session.authored(
    `create temp table ${slices} on commit drop as
    select distinct ${slice} as slice from ${stage.name} as s`,
  );
  await session.query(`analyze ${slices}`);
  const { rows } = await session.query(
    `select count(*), count(*) filter (where slice is not distinct from null) from ${slices}`,
  );
  const [column] = (await readRelationNamed(session, slices))?.columns ?? [];
  const equals = column?.equals ?? "operator(pg_catalog.=)";
  return { count: Number(rows[0]?.[0]), hasNull: rows[0]?.[1] !== "0", equals };
}
