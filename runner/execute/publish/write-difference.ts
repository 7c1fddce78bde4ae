import type { Session } from "../../database/database.ts";
import { ActionFailure } from "../../errors.ts";
import { type Target, targetName } from "../../target.ts";

/** The statements, as SQL, that give a table its new rows; each of them ends with a condition. */
export interface DifferenceStatements {
  /** Deletes the rows that are gone. */
  remove: string;
  /** Updates the rows that differ; absent when no column may change. */
  change: string | undefined;
  /** Inserts the rows that are new. */
  add: string;
}

/**
 * Sends the statements and returns how many rows they wrote. Throws ActionFailure when the update finds other rows than the
 * `differing` ones: those that it missed would be lost, or stay as they were. A table that refers to itself is written in one
 * statement, so that its foreign keys act on the rows as they are in the end, and not on those that an update changes next.
 */
export async function writeDifference(
  session: Session,
  target: Target,
  { remove, change, add }: DifferenceStatements,
  { differing, refersToItself }: { differing: number; refersToItself: boolean },
): Promise<number> {
  const statements = [remove, ...(change === undefined ? [] : [change]), add];
  const send = refersToItself ? sendAtOnce : sendEach;
  const counts = await send(session, statements);
  const [, changed = 0] = counts;
  if (change !== undefined && changed !== differing) {
    throw new ActionFailure({
      message: `the update of ${targetName(target)} reached ${changed} of ${differing} rows that differ`,
      hint: "a trigger or a foreign key changes, deletes or keeps rows of the table while it is written: drop it, or let it leave these rows alone",
    });
  }
  return counts.reduce((sum, count) => sum + count, 0);
}

async function sendEach(session: Session, statements: readonly string[]): Promise<number[]> {
  const counts: number[] = [];
  for (const statement of statements) {
    counts.push((await session.authored(statement)).rowCount ?? 0);
  }
  return counts;
}

// Each part reads the one before, which PostgreSQL therefore ends first: a new row may have the unique values of one that is
// gone. Foreign keys act and are checked after the last part.
async function sendAtOnce(session: Session, statements: readonly string[]): Promise<number[]> {
  const name = (index: number) => `dataform_written_${index}`;
  const count = (index: number) => `(select pg_catalog.count(*) from ${name(index)})`;
  const parts = statements.map((statement, index) => {
    const isNext = index === 0 ? "" : ` and ${count(index - 1)} is not null`;
    return `${name(index)} as (${statement}${isNext} returning 1)`;
  });
  const counts = statements.map((_, index) => count(index));
  const { rows } = await session.authored(`with ${parts.join(",\n")}\nselect ${counts.join(", ")}`);
  return (rows[0] ?? []).map(Number);
}
