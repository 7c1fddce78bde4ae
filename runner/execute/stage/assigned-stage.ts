import { ActionFailure, SqlFailure } from "../../errors.ts";
import { qualifiedName, quoteIdentifier } from "../../names/identifiers.ts";
import { temporaryName } from "../../names/temporary-name.ts";
import { type Column, columnDefinition } from "../../relation/relation.ts";
import { type Target, targetName } from "../../target.ts";
import type { Publication } from "../publication.ts";
import { type Stage, spreadBeside, spreadTarget } from "./stage.ts";

/**
 * Takes a stage, the columns to write and those of the table; returns a stage with these columns as the
 * table would store them. PostgreSQL assigns the values as an `insert` does: a text that is too long is
 * an error and is not cut, as an explicit cast would do. Returns the same stage when all types are the
 * same.
 */
export async function assignedStage(
  publication: Pick<Publication, "session" | "target" | "distribution">,
  stage: Stage,
  written: readonly Column[],
  table: readonly Column[],
): Promise<Stage> {
  const { session, target } = publication;
  const byName = new Map(table.map((column) => [column.name, column]));
  const columns = written.map((column) => byName.get(column.name) ?? column);
  const retyped = written.flatMap((from, index) => {
    const to = columns[index];
    return to && columnDefinition(to) !== columnDefinition(from) ? [{ from, to }] : [];
  });
  if (retyped.length === 0) return stage;
  const name = await makeAssigned(publication, columns);
  const names = columns.map((column) => quoteIdentifier(column.name)).join(", ");
  try {
    // A time gets its zone, and a text its date, as in the author's own sessions.
    await session.authored(`insert into ${name} (${names}) select ${names} from ${stage.name}`);
  } catch (error) {
    throw error instanceof SqlFailure ? misfit(error, target, retyped) : error;
  }
  if (!publication.distribution) await session.query(`analyze ${name}`);
  return { name, columns, rowCount: stage.rowCount };
}

async function makeAssigned(
  publication: Pick<Publication, "session" | "target" | "distribution">,
  columns: readonly Column[],
): Promise<string> {
  const { session, target, distribution } = publication;
  const definitions = columns.map(columnDefinition).join(", ");
  if (!distribution) {
    const name = temporaryName("assigned");
    await session.query(`create temp table ${name} (${definitions}) on commit drop`);
    return name;
  }
  const made = spreadTarget(target, "assigned");
  await session.query(`create unlogged table ${qualifiedName(made)} (${definitions})`);
  await spreadBeside(publication, made, columns);
  return qualifiedName(made);
}

function misfit(
  { error, cause }: SqlFailure,
  target: Target,
  retyped: readonly { from: Column; to: Column }[],
): ActionFailure {
  const { statement: _, position: _position, ...rest } = error;
  const types = retyped.map(
    ({ from, to }) => `"${to.name}" is ${to.type} in the table and ${from.type} in the query`,
  );
  return new ActionFailure(
    {
      ...rest,
      message: `the new rows do not fit the columns of ${targetName(target)}: ${error.message}`,
      hint: `${types.join("; ")}. Set onSchemaChange: "SYNCHRONIZE" to change the table with its query, or run once with --full-refresh`,
    },
    cause,
  );
}
