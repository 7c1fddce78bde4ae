import { parse } from "csv-parse/sync";
import { type JsonText, objectWriter } from "../values/canonical-json.ts";
import { canonicalReader } from "./canonical.ts";
import { leftOut, readHeader } from "./canonical-header.ts";
import type { TableFormat } from "./format.ts";
import { upptimeChecks } from "./upptime.ts";

const canonicalTable: TableFormat = {
  name: "csv",
  recognise: (names) => readHeader(names) !== undefined,
  open(names, context) {
    const header = readHeader(names) ?? { kind: "test", columns: [] };
    const unknown = names.filter((_, index) =>
      [undefined, leftOut].includes(header.columns[index]),
    );
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

const mostLinesAbove = 20;

/** A table in the beginning of a text, and where its rows begin. */
export interface FoundTable {
  table: Table;
  /** The place of its first row in the text, and how many lines are before it. */
  at: number;
  lines: number;
  /** What people wrote above the header. */
  above: string[];
}

/**
 * The table in a text: its header may stand below a title, a line `sep=;` and empty lines. Undefined
 * when none of the first lines is a header of a known format.
 */
export function findTable(text: string): FoundTable | undefined {
  const above: string[] = [];
  let at = 0;
  for (let lines = 1; lines <= mostLinesAbove && at < text.length; lines += 1) {
    const record = recordAt(text, at);
    const [line = ""] = record.split("\n", 1);
    // a quote that stands by itself in a title opens nothing
    for (const header of new Set([record, line])) {
      const table = tableOf(header.replace(/\r$/, ""));
      if (table === undefined) continue;
      const more = header.split("\n").length - 1;
      return { table, at: after(text, at, header), lines: lines + more, above };
    }
    const said = line.replace(/\r$/, "");
    if (/[^\s,;|"]/.test(said) && !/^sep=.$/i.test(said)) above.push(said);
    at = after(text, at, line);
  }
  return undefined;
}

/** The line at a place, with those behind it in which a name in quotes goes on. */
function recordAt(text: string, at: number): string {
  let end = text.indexOf("\n", at);
  for (let lines = 1; lines < mostLinesAbove && end >= 0; lines += 1) {
    if (text.slice(at, end).split('"').length % 2 === 1) break;
    end = text.indexOf("\n", end + 1);
  }
  return text.slice(at, end < 0 ? text.length : end);
}

/** The place behind lines that begin at another one. */
function after(text: string, at: number, lines: string): number {
  return Math.min(text.length, at + lines.length + 1);
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
  let isBroken = false;
  const onSkip = () => {
    isBroken = true;
    return undefined;
  };
  const options = { delimiter, relax_quotes: true, trim: true, skip_records_with_error: true };
  const records = parse(line, { ...options, on_skip: onSkip }) as string[][];
  const [names = plain] = records;
  if (!line.includes("\n")) return names;
  // more than one line is a header only where one name goes on in the next
  const isHeader = records.length === 1 && !isBroken;
  return isHeader ? names.map((name) => name.replace(/\s*\n\s*/g, " ")) : [];
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
