import fc from "fast-check";

/** A column; types as PostgreSQL writes them. */
export interface Column {
  name: string;
  type: string;
}

/** Values in PostgreSQL's own text form, by column. */
export type Row = Record<string, string | null>;

/** Columns in their order, and rows in none. */
export interface Table {
  columns: Column[];
  rows: Row[];
}

/** The columns that every table has: a key, a day to cut slices by and a number for conditions. */
export const fixedColumns: Column[] = [
  { name: "k", type: "integer" },
  { name: "day", type: "date" },
  { name: "w", type: "integer" },
];

const values: Record<string, string[]> = {
  integer: ["0", "1", "-7", "2147483647"],
  bigint: ["0", "12", "9007199254740993"],
  "numeric(10,2)": ["0.00", "1.50", "-2.50", "1234.56"],
  text: ["", "7", "a'b", 'x\n"y"', "é"],
  boolean: ["t", "f"],
  date: ["2024-02-29", "infinity"],
  jsonb: ['{"a": 1}', "[]"],
  json: ['{"b":  2}', "null"],
  "integer[]": ["{}", "{1,NULL}"],
};
const numbers = ["integer", "bigint", "numeric(10,2)"];
const names = ["a", "b", "B", "e f", 'q"t', "select"];
const days = ["2024-01-30", "2024-01-31", "2024-02-01", "2024-03-01"];

const column = (name: string): fc.Arbitrary<Column> =>
  fc.constantFrom(...Object.keys(values)).map((type) => ({ name, type }));

const someColumns = (from: readonly string[]) =>
  fc
    .shuffledSubarray([...from], { maxLength: Math.min(4, from.length) })
    .chain((chosen) => fc.tuple(...chosen.map(column)));

const rowOf = (columns: readonly Column[]): fc.Arbitrary<Row> =>
  fc.record(
    Object.fromEntries(
      columns.map(({ name, type }) => [name, fc.option(fc.constantFrom(...poolOf(name, type)))]),
    ),
  );

/** Small pools for the fixed columns, so that keys and days meet. */
function poolOf(name: string, type: string): string[] {
  if (name === "day") return days;
  if (name === "k" || name === "w") return ["0", "1", "2", "3", "4", "5", "6"];
  return values[type] ?? [];
}

/** A random table with the columns; when it is to be unique, each key occurs once. */
export function tableOf(columns: Column[], unique: boolean, minLength = 0): fc.Arbitrary<Table> {
  const rows = unique
    ? fc.uniqueArray(rowOf(columns), { minLength, maxLength: 8, selector: ({ k }) => k })
    : fc.array(rowOf(columns), { maxLength: 8 });
  return rows.map((found) => ({ columns, rows: found }));
}

/** The columns of a first table. */
export const firstColumns: fc.Arbitrary<Column[]> = someColumns(names).chain((more) =>
  fc.shuffledSubarray([...fixedColumns, ...more], {
    minLength: fixedColumns.length + more.length,
  }),
);

/** The same columns, or with some dropped, added, of another type or in another order. */
export function changedColumns(columns: readonly Column[]): fc.Arbitrary<Column[]> {
  const free = columns.filter(({ name }) => !fixedColumns.some((fixed) => fixed.name === name));
  const unused = names.filter((name) => !columns.some((each) => each.name === name));
  const kept = fc.tuple(...free.map((each) => changed(each)));
  return fc.oneof(
    { weight: 2, arbitrary: fc.constant<Column[]>([...columns]) },
    {
      weight: 3,
      arbitrary: fc.tuple(kept, someColumns(unused)).chain(([some, added]) => {
        const all = [...fixedColumns, ...some.flatMap((each) => each ?? []), ...added];
        return fc.shuffledSubarray(all, { minLength: all.length });
      }),
    },
  );
}

function changed({ name, type }: Column): fc.Arbitrary<Column | undefined> {
  const others = numbers.includes(type)
    ? [...numbers, "text"]
    : type === "text"
      ? numbers
      : ["text"];
  return fc.oneof(
    { weight: 4, arbitrary: fc.constant({ name, type }) },
    { weight: 1, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.constantFrom(...others).map((other) => ({ name, type: other })) },
  );
}

/** A query that gives the table. */
export function queryOf({ columns, rows }: Table): string {
  const list = (cells: string[]) => `select ${cells.join(", ")}`;
  const cell = ({ name, type }: Column, value: string | null) =>
    `${value === null ? "null" : `'${value.replaceAll("'", "''")}'`}::${type} as ${quoted(name)}`;
  const selects = rows.map((row) =>
    list(columns.map((each) => cell(each, row[each.name] ?? null))),
  );
  const none = `${list(columns.map((each) => cell(each, null)))} where false`;
  return [...selects, none].join("\nunion all\n");
}

/** A name as SQL. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
