import type { Session } from "../database/database.ts";
import { ActionFailure } from "../errors.ts";
import { qualifiedName, quoteIdentifier } from "../names/identifiers.ts";
import { temporaryName } from "../names/temporary-name.ts";
import { type Column, readRelationNamed } from "../relation/relation.ts";
import { targetName } from "../target.ts";
import { nearestNames } from "../text/nearest-names.ts";
import { columnDifference, fetchedRows, rowDifference } from "../unit-tests/difference.ts";
import type { Drift } from "./audit-result.ts";
import type { AuditTask } from "./audit-tasks.ts";

/** Names of the relations that hold the rows of both sides, as SQL. */
export interface BothSides {
  recomputed: string;
  stored: string;
}

/**
 * Compares the stored rows of a table with the recomputed ones, value by value in PostgreSQL's text
 * form, as multisets. Returns undefined when they are equal. Throws ActionFailure for an ignored column
 * that the table does not have.
 */
export async function compareRows(
  session: Session,
  task: AuditTask,
  sides: BothSides,
): Promise<Drift | undefined> {
  const stored = await columnsOf(session, qualifiedName(task.target));
  refuseUnknownColumns(task, stored);
  const isCompared = (name: string) => !task.ignoredColumns.includes(name);
  const wanted = (await columnsOf(session, sides.recomputed)).filter(isCompared);
  const given = stored.filter(isCompared);
  const difference = columnDifference(wanted, given);
  if (difference) return { missingRows: 0, extraRows: 0, differentRows: 0, difference };
  return compareColumns(session, task, sides, wanted);
}

async function columnsOf(session: Session, relation: string): Promise<string[]> {
  const columns: Column[] = (await readRelationNamed(session, relation))?.columns ?? [];
  return columns.map(({ name }) => name);
}

function refuseUnknownColumns({ target, ignoredColumns }: AuditTask, columns: string[]): void {
  const unknown = ignoredColumns.find((name) => !columns.includes(name));
  if (unknown === undefined) return;
  const [nearest] = nearestNames(unknown, columns, 1);
  throw new ActionFailure({
    message: `postgres.audit.ignoreColumns names "${unknown}", which is no column of ${targetName(target)}`,
    ...(nearest !== undefined && { hint: `did you mean "${nearest}"?` }),
  });
}

async function compareColumns(
  session: Session,
  { key }: AuditTask,
  { recomputed, stored }: BothSides,
  columns: string[],
): Promise<Drift | undefined> {
  const aliases = columns.map((_, index) => `"${index}"`);
  const keys = key.map((column) => aliases[columns.indexOf(column)]).filter((alias) => alias);
  const side = (surplus: number, relation: string) => {
    const texts = columns.map(
      (column, index) => `, (${quoteIdentifier(column)})::text collate "C" as "${index}"`,
    );
    return `select ${surplus} as side${texts.join("")} from ${relation}`;
  };
  const grouped = aliases.length > 0 ? aliases.join(", ") : "()";
  const difference = temporaryName("drift");
  await session.query(`
    create temp table ${difference} on commit drop as
    select sum(side)::bigint as surplus${aliases.map((alias) => `, ${alias}`).join("")}
    from (${side(1, stored)} union all ${side(-1, recomputed)}) as both_sides
    group by ${grouped}
    having sum(side) <> 0`);
  const { rows } = await session.query(differenceQuery(difference, aliases, keys as string[]));
  return driftOf(rows, columns);
}

/** Totals, then the surplus of the stored side and the values of each row that differs. */
function differenceQuery(name: string, aliases: string[], keys: string[]): string {
  const sameKey = keys.length > 0 ? `(partition by ${keys.join(", ")})` : undefined;
  const hasOther = (condition: string) =>
    sameKey ? `bool_or(${condition}) over ${sameKey}` : "false";
  const order = [...keys, "surplus", ...aliases].join(", ");
  return `
    with
    marked as (
      select
        *,
        ${hasOther("surplus > 0")} as is_stored,
        ${hasOther("surplus < 0")} as is_recomputed
      from ${name}
    )
    select
      coalesce(sum(-surplus) filter (where surplus < 0 and not is_stored) over (), 0),
      coalesce(sum(surplus) filter (where surplus > 0 and not is_recomputed) over (), 0),
      coalesce(sum(-surplus) filter (where surplus < 0 and is_stored) over (), 0),
      coalesce(sum(-surplus) filter (where surplus < 0) over (), 0),
      coalesce(sum(surplus) filter (where surplus > 0) over (), 0),
      surplus${aliases.map((alias) => `, ${alias}`).join("")}
    from marked
    order by ${order}
    limit ${fetchedRows}`;
}

function driftOf(rows: (string | null)[][], columns: string[]): Drift | undefined {
  const [first] = rows;
  if (!first) return undefined;
  const [missingRows, extraRows, differentRows, allMissing, allUnexpected] = first.map(Number);
  const counts = { missingRows: allMissing ?? 0, unexpectedRows: allUnexpected ?? 0 };
  const samples = rows.map((row) => row.slice(5));
  return {
    missingRows: missingRows ?? 0,
    extraRows: extraRows ?? 0,
    differentRows: differentRows ?? 0,
    difference: rowDifference(columns, counts, samples),
  };
}
