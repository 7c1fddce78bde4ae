import type { Mapped } from "../mapped.ts";
import { flatLineReader } from "../text/flat-line.ts";
import { JsonText, objectWriter } from "../values/canonical-json.ts";
import { isObject } from "../values/shape.ts";
import { canonicalReader } from "./canonical.ts";
import { readHeader } from "./canonical-header.ts";
import type { DocumentFormat, FormatContext } from "./format.ts";

/** A row of the canonical columns as a JSON object: a line of NDJSON, or an entry of a list. */
export const canonicalDocument: DocumentFormat = {
  name: "canonical",
  // an object of another tool may have a status and a start, too, among much else
  recognise(document) {
    if (!isObject(document)) return false;
    const columns = readHeader(Object.keys(document))?.columns ?? [];
    const known = columns.filter((column) => column !== undefined).length;
    return known > 0 && known * 2 >= columns.length;
  },
  *map(document, context) {
    const row = document as Record<string, unknown>;
    yield readerOf(Object.keys(row), context).read(row);
  },
};

/** Whether an object has a key that says what was tried. */
export function namesTest(document: object): boolean {
  const { columns } = readHeader(Object.keys(document)) ?? { columns: [] };
  return columns.some((column) => column?.column === "scenario_name");
}

/** Reads a document with the keys of an earlier canonical row of its file; undefined for another. */
export function readSimilar(document: unknown, context: FormatContext): Mapped | undefined {
  if (known.context !== context || !isObject(document)) return undefined;
  // it may hold a list of results
  if (Object.values(document).some(Array.isArray)) return undefined;
  const reader = known.readers.get(nameOf(Object.keys(document)));
  if (reader === undefined) return undefined;
  known.last = reader;
  return reader.read(document);
}

/**
 * Reads a line of JSON with the keys of the last canonical row, in their order; undefined for another
 * line, and for one that has to be parsed.
 */
export function readSimilarLine(line: string, context: FormatContext): Mapped | undefined {
  return known.context === context ? known.last?.readLine(line) : undefined;
}

interface RowReader {
  read(row: Record<string, unknown>): Mapped;
  readLine(line: string): Mapped | undefined;
}

const mostReaders = 50;
let known: { context?: FormatContext; readers: Map<string, RowReader>; last?: RowReader } = {
  readers: new Map(),
};

function nameOf(keys: readonly string[]): string {
  return JSON.stringify(keys);
}

function readerOf(keys: readonly string[], context: FormatContext): RowReader {
  if (known.context !== context || known.readers.size > mostReaders) {
    known = { context, readers: new Map() };
  }
  const name = nameOf(keys);
  const reader = known.readers.get(name) ?? newReader(keys, context);
  known.readers.set(name, reader);
  known.last = reader;
  return reader;
}

function newReader(keys: readonly string[], context: FormatContext): RowReader {
  const header = readHeader(keys);
  if (header === undefined) throw new Error("the keys are no canonical row");
  const reader = canonicalReader(header, context);
  const write = objectWriter(keys);
  let rows = 0;
  let flatOf: ReturnType<typeof flatLineReader> | undefined;
  return {
    read(row) {
      rows += 1;
      const values = Object.values(row);
      const isFlat = values.every((value) => typeof value !== "object" || value === null);
      return reader.read(values, isFlat ? write(values) : row);
    },
    readLine(line) {
      // a pattern costs more than a few rows
      if (rows < 3) return undefined;
      flatOf ??= flatLineReader(keys);
      const flat = flatOf(line);
      return flat && reader.read(flat.values, new JsonText(flat.write, true));
    },
  };
}
