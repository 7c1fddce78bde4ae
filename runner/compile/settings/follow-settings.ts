import { isObject, type SettingsReader } from "./settings-reader.ts";

/** A table that an incremental table follows, and the columns by which it does. */
export interface FollowSettings {
  /** As written: the name of an action or declaration, with or without its schema. */
  references: { schema?: string; name: string };
  columns: FollowedColumn[];
  /**
   * Of a table to which rows are only added: its column of type xid8 that holds the transaction which
   * wrote the row. Absent when triggers are to tell what changes.
   */
  appendOnly?: string;
}

/** One column of the key: its name in the followed table and in the incremental table. */
export interface FollowedColumn {
  source: string;
  own: string;
}

/**
 * Reads `follows: { orders: ["customer_id"], tests: { test_date: "metric_date" } }`: columns of the
 * followed table, with the incremental table's own names where these differ. With `{ columns: …,
 * appendOnly: "xid" }` the table is followed by its column `xid`. Entries that are `false` are left
 * out: see `unfollowedOf`.
 */
export function followsOf(reader: SettingsReader, value: unknown, path: string): FollowSettings[] {
  const entries = Object.entries(reader.object(value, path)).filter(([, each]) => each !== false);
  return entries.map(([written, given]) => ({
    references: referenceOf(written),
    ...(isObject(given) && "appendOnly" in given
      ? appendOnlyOf(reader, given, `${path}.${written}`)
      : { columns: columnsOf(reader, given, `${path}.${written}`) }),
  }));
}

/** Reads the relations of `follows: { logs: false }`: the query reads them, and their rows never change. */
export function unfollowedOf(value: unknown): FollowSettings["references"][] {
  if (!isObject(value)) return [];
  const names = Object.keys(value).filter((name) => value[name] === false);
  return names.map(referenceOf);
}

/** A name as it is written: `orders`, or with its schema. */
export function referenceOf(written: string): FollowSettings["references"] {
  const [name = "", schema] = written.split(".").reverse();
  return { name, ...(schema && { schema }) };
}

function appendOnlyOf(
  reader: SettingsReader,
  value: Record<string, unknown>,
  path: string,
): Pick<FollowSettings, "columns" | "appendOnly"> {
  const given = reader.object(value, path, ["columns", "appendOnly"]);
  const appendOnly = reader.text(given.appendOnly, `${path}.appendOnly`);
  if (given.columns === undefined) reader.problems.push(`${path}.columns must name a column`);
  return {
    columns: given.columns === undefined ? [] : columnsOf(reader, given.columns, `${path}.columns`),
    ...(appendOnly !== undefined && { appendOnly }),
  };
}

function columnsOf(reader: SettingsReader, value: unknown, path: string): FollowedColumn[] {
  if (!isObject(value)) {
    return reader.texts(value, path).map((name) => ({ source: name, own: name }));
  }
  const entries = Object.entries(value);
  if (entries.length === 0) reader.problems.push(`${path} must name a column`);
  return entries.flatMap(([source, written]) => {
    const own = reader.text(written, `${path}.${source}`);
    return own === undefined ? [] : [{ source, own }];
  });
}

/** The variables of the project that `recomputeWhen` names, with their values; NULL where there is none. */
export function variablesIn(
  recomputeWhen: readonly string[],
  vars: Readonly<Record<string, unknown>> = {},
): [name: string, value: unknown][] {
  return recomputeWhen.flatMap((name) =>
    isVariable(name) ? [[name, vars[name.slice("vars.".length)] ?? null]] : [],
  );
}

/** Whether an entry of `recomputeWhen` names a variable of the project, and no relation. */
export function isVariable(name: string): boolean {
  return name.startsWith("vars.");
}

/** A column that the runner writes itself: when its row is new, and unless told otherwise when it changes. */
export interface StampSettings {
  column: string;
  expression: string;
  /** Whether the value stays when the row changes. */
  onlyNew: boolean;
}

/** Reads `stamps: { staged_at: "now()", id: { insert: "nextval('ids')" } }`. */
export function stampsOf(reader: SettingsReader, value: unknown, path: string): StampSettings[] {
  return Object.entries(reader.object(value, path)).flatMap(([column, written]) => {
    const onlyNew = isObject(written);
    const given = onlyNew
      ? reader.object(written, `${path}.${column}`, ["insert"]).insert
      : written;
    const expression = reader.text(given, `${path}.${column}${onlyNew ? ".insert" : ""}`);
    return expression === undefined ? [] : [{ column, expression, onlyNew }];
  });
}
