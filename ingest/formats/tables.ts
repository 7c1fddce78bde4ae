import { parse } from "csv-parse/sync";
import { type JsonText, objectWriter } from "../values/canonical-json.ts";
import { canonicalReader } from "./canonical.ts";
import { readHeader } from "./canonical-columns.ts";
import type { TableFormat } from "./format.ts";
import { upptimeChecks } from "./upptime.ts";

const canonicalTable: TableFormat = {
  name: "csv",
  recognise: (names) => readHeader(names) !== undefined,
  open(names, context) {
    const header = readHeader(names) ?? { kind: "test", columns: [] };
    const unknown = names.filter((_, index) => header.columns[index] === undefined);
    return { ...canonicalReader(header, context), unknown };
  },
};

/** The formats that are tables, in the order in which they are tried. */
export const tableFormats: readonly TableFormat[] = [canonicalTable, upptimeChecks];

const delimiters = [",", ";", "\t", "|"];

/** A table as its header tells it. */
export interface Table {
  format: TableFormat;
  delimiter: string;
  names: string[];
  /** The values of a line without quotes. */
  split: (line: string) => string[];
  /** A row as the source sent it. `isPlain`: JSON escapes no character of it. */
  write: (values: readonly string[], isPlain: boolean) => JsonText;
}

/** Reads the first line of a table; undefined when it is no header of a known format. */
export function tableOf(line: string): Table | undefined {
  for (const delimiter of delimiters) {
    const names = namesOf(line, delimiter);
    const format = tableFormats.find((each) => each.recognise(names));
    if (format !== undefined) {
      const split = splitter(delimiter, names.length);
      return { format, delimiter, names, split, write: objectWriter(distinct(names)) };
    }
  }
  return undefined;
}

const mostPatternColumns = 100;

/** What splits lines; for those with a value for each column a pattern takes half as long as `split`. */
function splitter(delimiter: string, columns: number): (line: string) => string[] {
  if (columns > mostPatternColumns) return (line) => line.split(delimiter);
  const values = Array.from({ length: columns }, () => `([^${delimiter}]*)`);
  const pattern = new RegExp(`^${values.join(`[${delimiter}]`)}$`);
  return (line) => pattern.exec(line)?.slice(1) ?? line.split(delimiter);
}

function namesOf(line: string, delimiter: string): string[] {
  const plain = line.split(delimiter);
  if (!line.includes('"')) return plain.map((name) => name.trim());
  const options = { delimiter, relax_quotes: true, trim: true, skip_records_with_error: true };
  const [names = plain] = parse(line, options) as string[][];
  return names;
}

/** Names of which none is there twice: the payload keeps both columns of one name. */
function distinct(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    let own = name;
    for (let number = 2; taken.has(own); number += 1) own = `${name} (${number})`;
    taken.add(own);
    return own;
  });
}
