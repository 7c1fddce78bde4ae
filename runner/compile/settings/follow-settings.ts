import { isObject, type SettingsReader } from "./settings-reader.ts";

/** A table that an incremental table follows, and the columns by which it does. */
export interface FollowSettings {
  /** As written: the name of an action or declaration, with or without its schema. */
  references: { schema?: string; name: string };
  columns: FollowedColumn[];
}

/** One column of the key: its name in the followed table and in the incremental table. */
export interface FollowedColumn {
  source: string;
  own: string;
}

/**
 * Reads `follows: { orders: ["customer_id"], tests: { test_date: "metric_date" } }`: columns of the
 * followed table, with the incremental table's own names where these differ.
 */
export function followsOf(reader: SettingsReader, value: unknown, path: string): FollowSettings[] {
  return Object.entries(reader.object(value, path)).map(([written, columns]) => {
    const [name = "", schema] = written.split(".").reverse();
    return {
      references: { name, ...(schema && { schema }) },
      columns: columnsOf(reader, columns, `${path}.${written}`),
    };
  });
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
