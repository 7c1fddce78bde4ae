import type { Column, Row, Table } from "./random-table.ts";

/** How an incremental table takes new rows. */
export interface Settings {
  strategy: "append" | "merge" | "overwrite";
  onSchemaChange: "IGNORE" | "FAIL" | "EXTEND" | "SYNCHRONIZE";
  /** Only rows with w > 1 may be changed. */
  isLimited: boolean;
}

/** Thrown where a run has to refuse, and leave the table as it was. */
export class Refusal extends Error {
  /** There is no row that could not be written: a run may go on as well. */
  mayPass = false;
}

/** What an incremental run makes of the old table, calculated row by row; throws Refusal. */
export function expectedTable(old: Table, given: Table, settings: Settings): Table {
  const adapted = adaptedTable(old, given.columns, settings);
  const types = new Map(adapted.columns.map(({ name, type }) => [name, type]));
  const written = given.columns.filter(({ name }) => types.has(name));
  for (const { name, type } of written) {
    requireAssignable(type, types.get(name) ?? type, given.rows.length === 0);
  }
  const rows = given.rows.map((row) =>
    Object.fromEntries(
      written.map(({ name, type }) => [
        name,
        cast(row[name] ?? null, type, types.get(name) ?? type),
      ]),
    ),
  );
  return { columns: adapted.columns, rows: newRows(adapted, rows, settings) };
}

function newRows({ columns, rows: old }: Table, rows: Row[], settings: Settings): Row[] {
  const isOpen = (row: Row) => !settings.isLimited || (row.w !== null && Number(row.w) > 1);
  const whole = (row: Row): Row =>
    Object.fromEntries(columns.map(({ name }) => [name, row[name] ?? null]));
  switch (settings.strategy) {
    case "append":
      return [...old, ...rows.map(whole)];
    case "merge": {
      const byKey = new Map(rows.map((row) => [row.k, row]));
      if (byKey.size < rows.length) throw new Refusal("a key stands twice");
      const open = new Set(old.filter(isOpen).map(({ k }) => k));
      return [
        ...old.map((row) => (isOpen(row) ? { ...row, ...byKey.get(row.k) } : row)),
        ...rows.filter(({ k }) => !open.has(k)).map(whole),
      ];
    }
    case "overwrite": {
      const days = new Set(rows.map(({ day }) => day));
      const stays = (row: Row) => !days.has(row.day ?? null) || !isOpen(row);
      return [...old.filter(stays), ...rows.map(whole)];
    }
  }
}

/** The old table with its columns after the change. */
function adaptedTable(old: Table, wanted: readonly Column[], { onSchemaChange }: Settings): Table {
  const added = wanted.filter(({ name }) => !old.columns.some((each) => each.name === name));
  const removed = old.columns.filter(({ name }) => !wanted.some((each) => each.name === name));
  const retyped = wanted.filter(({ name, type }) =>
    old.columns.some((each) => each.name === name && each.type !== type),
  );
  const filled = (columns: Column[]): Table => ({
    columns,
    rows: old.rows.map((row) => ({
      ...Object.fromEntries(columns.map(({ name }) => [name, null])),
      ...row,
    })),
  });
  switch (onSchemaChange) {
    case "IGNORE":
      return old;
    case "FAIL":
      if (added.length + removed.length + retyped.length > 0) throw new Refusal("columns differ");
      return old;
    case "EXTEND":
      if (removed.length > 0) throw new Refusal("a column is gone");
      return filled([...old.columns, ...added]);
    case "SYNCHRONIZE":
      return synchronized(filled([...old.columns, ...added]), wanted, old.columns);
  }
}

function synchronized(
  { columns, rows }: Table,
  wanted: readonly Column[],
  before: readonly Column[],
): Table {
  const types = new Map(wanted.map(({ name, type }) => [name, type]));
  const from = new Map(before.map(({ name, type }) => [name, type]));
  // A plain `alter … type` takes what an assignment takes, whatever the rows are.
  for (const [name, type] of types) requireAssignable(from.get(name) ?? type, type, false);
  return {
    columns: columns.flatMap(({ name }) => {
      const type = types.get(name);
      return type === undefined ? [] : [{ name, type }];
    }),
    rows: rows.map((row) =>
      Object.fromEntries(
        [...types].map(([name, type]) => [
          name,
          cast(row[name] ?? null, from.get(name) ?? type, type),
        ]),
      ),
    ),
  };
}

const numbers = ["integer", "bigint", "numeric(10,2)"];

// PostgreSQL puts no text into a column of another type by itself.
function requireAssignable(from: string, to: string, mayPass: boolean): void {
  if (from === to || to === "text") return;
  if (numbers.includes(from) && numbers.includes(to)) return;
  throw Object.assign(new Refusal(`${from} into ${to}`), { mayPass });
}

function cast(value: string | null, from: string, to: string): string | null {
  if (value === null || from === to) return value;
  if (to === "text") return from === "boolean" ? ({ t: "true", f: "false" }[value] ?? "") : value;
  if (!/^-?\d+(\.\d+)?$/.test(value)) throw new Refusal(`${value} is no ${to}`);
  const [whole = "0", fraction = "0"] = value.split(".");
  if (to === "numeric(10,2)") return inNumeric(`${whole}.${fraction.padEnd(2, "0")}`);
  const rounded = /^[5-9]/.test(fraction)
    ? BigInt(whole) + (value.startsWith("-") ? -1n : 1n)
    : BigInt(whole);
  if (to === "integer" && (rounded > 2147483647n || rounded < -2147483648n)) {
    throw new Refusal(`${value} is too large`);
  }
  return String(rounded);
}

function inNumeric(text: string): string {
  if (text.replace(/^-/, "").indexOf(".") > 8) throw new Refusal(`${text} is too large`);
  return text;
}
