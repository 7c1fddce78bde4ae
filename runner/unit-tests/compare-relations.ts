import type { Session } from "../database/database.ts";
import { quoteIdentifier } from "../names/identifiers.ts";
import { type Column, readRelationNamed } from "../relation/relation.ts";
import type { Difference } from "../results/unit-test-result.ts";
import { comparedType, expectedType } from "./compared-type.ts";
import { columnDifference, fetchedRows, rowDifference } from "./difference.ts";

/**
 * Compares two relations, whose names are SQL, as multisets of rows without regard to the order of
 * rows or columns. Returns undefined when they are equal. The expected one is a table of the runner:
 * its columns may get the types of the actual ones.
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
  await convertExpected(session, expected, pairs(wanted, given));
  const converted = (await readRelationNamed(session, expected))?.columns ?? [];
  const query = differenceQuery({ expected, actual, columns: pairs(converted, given) });
  const { rows } = await session.query(query);
  const [first] = rows;
  if (!first) return undefined;
  const [missingRows, unexpectedRows] = [Number(first[0]), Number(first[1])];
  const samples = rows.map((row) => row.slice(2));
  return rowDifference(columns, { missingRows, unexpectedRows }, samples);
}

type Pair = [wanted: Column, given: Column];

function pairs(wanted: readonly Column[], given: readonly Column[]): Pair[] {
  return wanted.map((column) => [column, given.find(({ name }) => name === column.name) ?? column]);
}

async function convertExpected(
  session: Session,
  expected: string,
  columns: readonly Pair[],
): Promise<void> {
  const changes = columns.flatMap(([wanted, given]) => {
    const [name, type] = [quoteIdentifier(wanted.name), expectedType(wanted, given)];
    return type === undefined ? [] : `alter column ${name} type ${type} using (${name})::${type}`;
  });
  if (changes.length > 0) await session.authored(`alter table ${expected} ${changes.join(", ")}`);
}

interface Sides {
  expected: string;
  actual: string;
  columns: readonly Pair[];
}

/** Rows that one side has more often than the other: totals, surplus of the actual side, values. */
function differenceQuery({ expected, actual, columns: compared }: Sides): string {
  const columns = compared.map(([wanted, given], index) => ({
    name: quoteIdentifier(wanted.name),
    key: `"${index}"`,
    ...comparedType(wanted, given),
  }));
  type Compared = (typeof columns)[number];
  const list = (of: (column: Compared) => string) =>
    columns.map((column) => `, ${of(column)}`).join("");
  const keys = columns.map(({ key }) => key);
  return `
    with
    both_sides as (
      select 1 as side${list((column) => `${column.form(column.name)} as ${column.key}`)} from ${actual}
      union all
      select -1${list((column) => column.form(column.name))} from ${expected}
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
