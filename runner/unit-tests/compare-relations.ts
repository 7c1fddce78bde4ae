import type { Session } from "../database/database.ts";
import { quoteIdentifier } from "../names/identifiers.ts";
import { type Column, readRelationNamed } from "../relation/relation.ts";
import type { Difference } from "../results/unit-test-result.ts";
import { comparedType } from "./compared-type.ts";
import { columnDifference, fetchedRows, rowDifference } from "./difference.ts";

/**
 * Compares two relations, whose names are SQL, as multisets of rows without regard to the order of
 * rows or columns. Returns undefined when they are equal.
 */
export async function compareRelations(
  session: Session,
  expected: string,
  actual: string,
): Promise<Difference | undefined> {
  const wanted = (await readRelationNamed(session, expected))?.columns ?? [];
  const given = (await readRelationNamed(session, actual))?.columns ?? [];
  const columns = wanted.map(({ name }) => name);
  const difference = columnDifference(
    columns,
    given.map(({ name }) => name),
  );
  if (difference) return difference;
  const { rows } = await session.query(differenceQuery({ expected, actual, wanted, given }));
  const [first] = rows;
  if (!first) return undefined;
  const [missingRows, unexpectedRows] = [Number(first[0]), Number(first[1])];
  const samples = rows.map((row) => row.slice(2));
  return rowDifference(columns, { missingRows, unexpectedRows }, samples);
}

interface Sides {
  expected: string;
  actual: string;
  wanted: readonly Column[];
  given: readonly Column[];
}

/** Rows that one side has more often than the other: totals, surplus of the actual side, values. */
function differenceQuery({ expected, actual, wanted, given }: Sides): string {
  const columns = wanted.map((column, index) => {
    const other = given.find(({ name }) => name === column.name) ?? column;
    return {
      name: quoteIdentifier(column.name),
      key: `"${index}"`,
      ...comparedType(column, other),
    };
  });
  type Compared = (typeof columns)[number];
  const list = (of: (column: Compared) => string) =>
    columns.map((column) => `, ${of(column)}`).join("");
  const keys = columns.map(({ key }) => key);
  return `
    with
    both_sides as (
      select 1 as side${list((column) => `${column.actual(column.name)} as ${column.key}`)} from ${actual}
      union all
      select -1${list((column) => column.expected(column.name))} from ${expected}
    ),
    different as (
      select sum(side) as surplus${list(({ key }) => key)}
      from both_sides
      group by ${keys.join(", ") || "()"}
      having sum(side) <> 0
    )
    select
      sum(greatest(-surplus, 0)) over (),
      sum(greatest(surplus, 0)) over (),
      surplus${list(({ key, show }) => show(key))}
    from different
    order by ${[...keys, "surplus"].join(", ")}
    limit ${fetchedRows}`;
}
