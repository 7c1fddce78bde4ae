import type { Session } from "../database/database.ts";
import { quoteIdentifier } from "../names/identifiers.ts";
import { type Column, readRelationNamed } from "../relation/relation.ts";
import type { Difference, DifferentRow } from "../results/unit-test-result.ts";
import { comparedType } from "./compared-type.ts";
import { pairRows } from "./pair-rows.ts";

const shownRows = 20;
// A row's nearest partner is looked for among so many.
const fetchedRows = 400;

/**
 * Compares two relations, whose names are SQL, as multisets of rows without regard to the order of
 * rows or columns. Gives undefined when they are equal.
 */
export async function compareRelations(
  session: Session,
  expected: string,
  actual: string,
): Promise<Difference | undefined> {
  const wanted = (await readRelationNamed(session, expected))?.columns ?? [];
  const given = (await readRelationNamed(session, actual))?.columns ?? [];
  const missingColumns = namesWithout(wanted, given);
  const unexpectedColumns = namesWithout(given, wanted);
  const columns = wanted.map(({ name }) => name);
  const none = { missingRows: 0, unexpectedRows: 0, columns, rows: [] };
  if (missingColumns.length + unexpectedColumns.length > 0) {
    return { ...none, missingColumns, unexpectedColumns };
  }
  const rows = await differentRows(session, { expected, actual, wanted, given });
  return rows && { missingColumns, unexpectedColumns, columns, ...rows };
}

function namesWithout(columns: readonly Column[], others: readonly Column[]): string[] {
  const names = new Set(others.map(({ name }) => name));
  return columns.map(({ name }) => name).filter((name) => !names.has(name));
}

interface Sides {
  expected: string;
  actual: string;
  wanted: readonly Column[];
  given: readonly Column[];
}

async function differentRows(
  session: Session,
  sides: Sides,
): Promise<Pick<Difference, "missingRows" | "unexpectedRows" | "rows"> | undefined> {
  const { rows } = await session.query(differenceQuery(sides));
  const [first] = rows;
  if (!first) return undefined;
  const [missingRows = "0", unexpectedRows = "0"] = first;
  const different = rows.map(([, , surplus, ...values]): DifferentRow => {
    const side = Number(surplus) < 0 ? "expected" : "actual";
    return { side, count: Math.abs(Number(surplus)), values };
  });
  return {
    missingRows: Number(missingRows),
    unexpectedRows: Number(unexpectedRows),
    rows: pairRows(different).slice(0, shownRows),
  };
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
