import type { Session } from "../database/database.ts";
import { ActionFailure, SqlFailure } from "../errors.ts";
import { qualifiedName, quoteIdentifier } from "../names/identifiers.ts";
import type { ChangeTask } from "../plan/publish-task.ts";
import { type Target, targetName } from "../target.ts";
import { type ChangedRelation, withDependentsAside } from "./dependents.ts";
import { refuseColumnObstacles } from "./obstacles/column-obstacles.ts";
import { type Column, columnDefinition, typeForAuthors } from "./relation.ts";

type Task = Pick<ChangeTask, "onSchemaChange" | "uniqueKey">;

/** A column with its type in the table and its type in the query. */
interface Retyped {
  from: Column;
  to: Column;
}

/** The columns of a table, and those of its query. */
export interface Sides {
  current: readonly Column[];
  wanted: readonly Column[];
}

/**
 * Brings an incremental table's columns in line with its query, as `onSchemaChange` says, and gives
 * the columns to write: with `extend` and `synchronize` a new column is filled in this very run. A
 * column of another type is cast as by any insert; `fail` refuses it, `synchronize` alters it as a
 * plain `alter … type` does, which refuses values that do not fit. A plan gives the empty copy as the
 * target, and the table itself as `live`.
 */
export async function adaptColumns(
  relation: ChangedRelation,
  task: Task,
  sides: Sides,
  live: Target = relation.target,
): Promise<Column[]> {
  const { session, target } = relation;
  const { current, wanted } = sides;
  const added = without(wanted, current);
  const removed = removedColumns(sides);
  switch (task.onSchemaChange) {
    case "IGNORE":
      return without(wanted, added);
    case "FAIL":
      refuse(target, task, [
        ...[...added, ...removed].map(quoted),
        ...retypedColumns(sides).map(bothTypes),
      ]);
      break;
    case "EXTEND":
      refuse(target, task, removed.map(quoted));
      await refuseColumnObstacles(session, live, { added: added.map(named) });
      await alter(session, target, added.map(addition));
      break;
    case "SYNCHRONIZE":
      await refuseColumnObstacles(session, live, {
        added: added.map(named),
        removed: removed.map(named),
        retyped: retypedColumns(sides).map(({ to }) => named(to)),
      });
      await synchronize(relation, task, sides);
      break;
  }
  return [...wanted];
}

/** Whether `adaptColumns` gives stored rows a new column, whose values no query has computed for them. */
export function addsColumns({ onSchemaChange }: Task, { current, wanted }: Sides): boolean {
  const isAdding = onSchemaChange === "EXTEND" || onSchemaChange === "SYNCHRONIZE";
  return isAdding && without(wanted, current).length > 0;
}

async function synchronize(relation: ChangedRelation, task: Task, sides: Sides): Promise<void> {
  const { session, target } = relation;
  const removed = removedColumns(sides);
  refuse(target, task, removed.filter(({ name }) => task.uniqueKey.includes(name)).map(quoted));
  const changes = [...removed.map(removal), ...retypedColumns(sides).map(retyping)];
  const additions = without(sides.wanted, sides.current).map(addition);
  if (changes.length === 0) return alter(session, target, additions);
  const change = () => alter(session, target, [...changes, ...additions]);
  // PostgreSQL refuses both for a column that a view uses; a view that would break is an error.
  await withDependentsAside(relation, () => explainRetyping(target, retypedColumns(sides), change));
}

/** Names the columns whose stored values do not fit their new types. */
async function explainRetyping(
  target: Target,
  columns: readonly Retyped[],
  change: () => Promise<void>,
): Promise<void> {
  try {
    await change();
  } catch (error) {
    if (!(error instanceof SqlFailure) || columns.length === 0) throw error;
    const { statement: _, position: _position, ...rest } = error.error;
    const changed = columns.map(({ from, to }) => `"${to.name}" from ${from.type} to ${to.type}`);
    throw new ActionFailure(
      {
        ...rest,
        message: `${targetName(target)} was not changed: PostgreSQL does not change ${changed.join(", ")} (onSchemaChange is SYNCHRONIZE): ${error.error.message}`,
        hint: "keep the type in the query, change the column by hand (alter table … alter column … type … using …), or run with --full-refresh",
      },
      error,
    );
  }
}

function without(columns: readonly Column[], others: readonly Column[]): Column[] {
  const names = new Set(others.map(({ name }) => name));
  return columns.filter(({ name }) => !names.has(name));
}

/** The columns that the query no longer has; columns with a default that others added stay. */
function removedColumns({ current, wanted }: Sides): Column[] {
  return without(current, wanted).filter(({ fillsItself }) => !fillsItself);
}

/** The columns that both have, with different types. */
function retypedColumns({ current, wanted }: Sides): Retyped[] {
  const types = new Map(current.map((column) => [column.name, column]));
  return wanted.flatMap((to) => {
    const from = types.get(to.name);
    return from && from.type !== to.type ? [{ from, to }] : [];
  });
}

function refuse(target: Target, task: Task, columns: readonly string[]): void {
  if (columns.length === 0) return;
  throw new ActionFailure({
    message: `the columns of ${targetName(target)} and of its query differ: ${columns.join(", ")} (onSchemaChange is ${task.onSchemaChange})`,
    hint: "change the query back, run with --full-refresh, or set another onSchemaChange",
  });
}

// A time that is stored without its zone gets the author's, as the query gives it now.
async function alter(session: Session, target: Target, changes: readonly string[]): Promise<void> {
  if (changes.length === 0) return;
  await session.authored(`alter table ${qualifiedName(target)} ${changes.join(", ")}`);
}

function named({ name }: Column): string {
  return name;
}

function quoted({ name }: Column): string {
  return `"${name}"`;
}

function bothTypes({ from, to }: Retyped): string {
  return `"${from.name}" (${from.type} in the table, ${to.type} in the query)`;
}

function addition(column: Column): string {
  return `add column ${columnDefinition({ ...column, type: typeForAuthors(column.type) })}`;
}

function removal({ name }: Column): string {
  return `drop column ${quoteIdentifier(name)}`;
}

// Without `using`, PostgreSQL assigns stored values to the new type: texts that are too long are
// refused, not cut. A collation that others gave to the column stays.
function retyping({ from, to }: Retyped): string {
  const collation = to.collation ?? (to.isText ? from.collation : null);
  return `alter column ${quoteIdentifier(to.name)} type ${typeForAuthors(to.type)}${collation === null ? "" : ` collate ${collation}`}`;
}
