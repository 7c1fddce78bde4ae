import type { Session } from "../database/database.ts";
import { qualifiedName, quoteIdentifier } from "../database/identifiers.ts";
import { SqlFailure } from "../errors.ts";
import type { PublishTask } from "../plan/execution-graph.ts";
import { type Target, targetName } from "../target.ts";
import type { RebuiltLater } from "./dependents.ts";
import type { Gate } from "./gate.ts";
import { makeMissingPartitions } from "./make-partitions.ts";
import { type NewRows, withNewRows } from "./new-rows.ts";
import { dropExpiredPartitions } from "./partition-retention.ts";
import { checkPartitioning, readPartitionedTable } from "./partitioned-table.ts";
import { type Column, readRelation } from "./relation.ts";

/** Adds the query's rows to an incremental table without a unique key; gives their number. */
export function addRows(
  session: Session,
  target: Target,
  task: PublishTask,
  rebuiltLater: RebuiltLater,
  gate: Gate,
): Promise<number> {
  return writeNewRows(session, target, task, { rebuiltLater, gate }, async ({ stage, columns }) => {
    const names = columns.map(({ name }) => quoteIdentifier(name)).join(", ");
    const inserted = await session.query(
      `insert into ${qualifiedName(target)} (${names}) select ${names} from ${stage.name}`,
    );
    return inserted.rowCount ?? 0;
  });
}

/**
 * Updates the rows whose unique key is there already and adds the others; gives the number of rows
 * that changed. Equal rows are left alone. NULL is a key like any other.
 */
export function mergeRows(
  session: Session,
  target: Target,
  task: PublishTask,
  rebuiltLater: RebuiltLater,
  gate: Gate,
): Promise<number> {
  return writeNewRows(session, target, task, { rebuiltLater, gate }, async (rows) => {
    const nullable = await checkKey(session, target, task.uniqueKey, rows);
    const current = await readRelation(session, target);
    const types = new Map(current?.columns.map(({ name, type }) => [name, type]));
    const merge = mergeStatement(target, task, rows, { nullable, types });
    return (await session.query(merge)).rowCount ?? 0;
  });
}

/** Runs the query, brings the columns in line, writes the rows with `writeRows`, and gates them. */
export function writeNewRows(
  session: Session,
  target: Target,
  task: PublishTask,
  { rebuiltLater, gate }: { rebuiltLater: RebuiltLater; gate: Gate },
  writeRows: (rows: NewRows) => Promise<number>,
): Promise<number> {
  return withNewRows(session, target, task, rebuiltLater, async (rows) => {
    const table = await readPartitionedTable(session, target);
    await checkPartitioning(session, target, table, task.partitioning);
    if (table) await makeMissingPartitions(session, target, rows.source, task.partitioning);
    const count = await writeRows(rows);
    await dropExpiredPartitions(session, target, task.partitioning);
    await gate(qualifiedName(target), rows.stage.name);
    return count;
  });
}

/** Refuses keys that stand twice among the new rows; gives the key columns that hold NULLs. */
export async function checkKey(
  session: Session,
  target: Target,
  key: readonly string[],
  { stage, columns, source }: NewRows,
): Promise<Set<string>> {
  const missing = key.find((name) => !columns.some((column) => column.name === name));
  if (missing !== undefined) {
    throw new SqlFailure({
      message: `uniqueKey names the column "${missing}", which the query of ${targetName(target)} does not give`,
      hint: `its columns are ${stage.columns.map(({ name }) => name).join(", ")}`,
    });
  }
  const names = key.map(quoteIdentifier);
  const doubled = await session.query(
    `select ${names.join(", ")}, count(*) from ${source} as s
    group by ${names.join(", ")} having count(*) > 1 order by count(*) desc limit 3`,
  );
  if (doubled.rows.length > 0) {
    const keys = doubled.rows.map(
      (row) => `(${row.slice(0, -1).map(String).join(", ")}) ${row.at(-1)} times`,
    );
    throw new SqlFailure({
      message: `the new rows of ${targetName(target)} are not unique by (${key.join(", ")}): ${keys.join("; ")}`,
      hint: "make the query give one row for each key, or widen uniqueKey",
    });
  }
  const nulls = await session.query(
    `select ${names.map((name) => `coalesce(bool_or(${name} is null), false)`).join(", ")} from ${source} as s`,
  );
  return new Set(key.filter((_, index) => nulls.rows[0]?.[index] === "t"));
}

interface MergeFacts {
  /** Key columns that hold NULLs among the new rows. */
  nullable: ReadonlySet<string>;
  /** Types of the table's columns by name. */
  types: ReadonlyMap<string, string>;
}

// The aliases are those that Dataform gives, since `incrementalPredicates` may name them.
function mergeStatement(
  target: Target,
  { uniqueKey, existingRows = [] }: PublishTask,
  { stage, columns }: NewRows,
  { nullable, types }: MergeFacts,
): string {
  const renamed = sourceNames(columns, existingRows);
  const old = (name: string) => `dataform_dest.${quoteIdentifier(name)}`;
  const given = (name: string) => `dataform_source.${renamed.get(name)}`;
  const cast = ({ name, type }: Column) =>
    types.get(name) === type ? given(name) : `${given(name)}::${types.get(name)}`;
  const isKey = ({ name }: Column) => uniqueKey.includes(name);
  const matches = columns.filter(isKey).map((column) => {
    const [mine, theirs] = [old(column.name), cast(column)];
    // `is not distinct from` cannot use an index or a hash: only where it is needed.
    const nulls = nullable.has(column.name) ? ` or (${mine} is null and ${theirs} is null)` : "";
    return `(${mine} = ${theirs}${nulls})`;
  });
  const values = columns.filter((column) => !isKey(column));
  const differs = values.map((column) => {
    const text = column.isComparable ? "" : "::text";
    return `${old(column.name)}${text} is distinct from ${cast(column)}${text}`;
  });
  const sets = values.map(({ name }) => `${quoteIdentifier(name)} = ${given(name)}`);
  const update =
    values.length === 0
      ? ""
      : `\nwhen matched and (${differs.join(" or ")}) then update set ${sets.join(", ")}`;
  const source = columns.map(({ name }) => `${quoteIdentifier(name)} as ${renamed.get(name)}`);
  const names = columns.map(({ name }) => quoteIdentifier(name));
  return `merge into ${qualifiedName(target)} as dataform_dest
using (select ${source.join(", ")} from ${stage.name}) as dataform_source
on ${[...matches, ...existingRows.map((condition) => `(${condition}\n)`)].join(" and ")}${update}
when not matched then insert (${names.join(", ")}) values (${columns.map(({ name }) => given(name)).join(", ")})`;
}

// A condition on the rows that are there says `day > …` without an alias, which would be ambiguous.
function sourceNames(columns: readonly Column[], conditions: readonly string[]) {
  const keep = conditions.length === 0 || conditions.some((text) => /dataform_source/i.test(text));
  return new Map(
    columns.map(({ name }, index) => [
      name,
      quoteIdentifier(keep ? name : `dataform_source_${index}`),
    ]),
  );
}
