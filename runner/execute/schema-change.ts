import type { Session } from "../database/database.ts";
import { qualifiedName, quoteIdentifier } from "../database/identifiers.ts";
import { SqlFailure } from "../errors.ts";
import type { PublishTask } from "../plan/execution-graph.ts";
import { type Target, targetName } from "../target.ts";
import type { Column } from "./relation.ts";

/**
 * Brings an incremental table's columns in line with its query, as `onSchemaChange` says, and gives
 * the columns to write: with `extend` and `synchronize` a new column is filled in this very run.
 */
export async function adaptColumns(
  session: Session,
  target: Target,
  task: Pick<PublishTask, "onSchemaChange" | "uniqueKey">,
  current: readonly Column[],
  wanted: readonly Column[],
): Promise<Column[]> {
  const added = without(wanted, current);
  const removed = without(current, wanted);
  switch (task.onSchemaChange) {
    case "IGNORE":
      return without(wanted, added);
    case "FAIL":
      refuse(target, task, [...added, ...removed]);
      break;
    case "EXTEND":
      refuse(target, task, removed);
      await alter(session, target, added.map(addition));
      break;
    case "SYNCHRONIZE":
      refuse(
        target,
        task,
        removed.filter(({ name }) => task.uniqueKey.includes(name)),
      );
      await alter(session, target, [...removed.map(removal), ...added.map(addition)]);
      break;
  }
  return [...wanted];
}

function without(columns: readonly Column[], others: readonly Column[]): Column[] {
  const names = new Set(others.map(({ name }) => name));
  return columns.filter(({ name }) => !names.has(name));
}

function refuse(
  target: Target,
  task: Pick<PublishTask, "onSchemaChange">,
  columns: readonly Column[],
): void {
  if (columns.length === 0) return;
  const names = columns.map(({ name }) => `"${name}"`).join(", ");
  throw new SqlFailure({
    message: `the columns of ${targetName(target)} and of its query differ: ${names} (onSchemaChange is ${task.onSchemaChange})`,
    hint: "change the query back, run with --full-refresh, or set another onSchemaChange",
  });
}

async function alter(session: Session, target: Target, changes: readonly string[]): Promise<void> {
  if (changes.length === 0) return;
  await session.query(`alter table ${qualifiedName(target)} ${changes.join(", ")}`);
}

function addition({ name, type }: Column): string {
  return `add column ${quoteIdentifier(name)} ${type}`;
}

function removal({ name }: Column): string {
  return `drop column ${quoteIdentifier(name)}`;
}
