import type { Mapped } from "../mapped.ts";
import { objectWriter } from "../values/canonical-json.ts";
import { isObject } from "../values/shape.ts";
import { canonicalReader } from "./canonical.ts";
import { readHeader } from "./canonical-columns.ts";
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
    yield readerOf(Object.keys(row), context)(row);
  },
};

/** Reads a document with the keys of the last canonical row, in their order; undefined for another. */
export function readSimilar(document: unknown, context: FormatContext): Mapped | undefined {
  if (last?.context !== context || !isObject(document)) return undefined;
  const { keys, read } = last;
  const own = Object.keys(document);
  const isSame = own.length === keys.length && own.every((key, index) => key === keys[index]);
  return isSame ? read(document) : undefined;
}

type Read = (row: Record<string, unknown>) => Mapped;

let last: { keys: readonly string[]; context: FormatContext; read: Read } | undefined;

function readerOf(keys: readonly string[], context: FormatContext): Read {
  const header = readHeader(keys);
  if (header === undefined) throw new Error("the keys are no canonical row");
  const reader = canonicalReader(header, context);
  const write = objectWriter(keys);
  const read: Read = (row) => {
    const values = Object.values(row);
    const isFlat = values.every((value) => typeof value !== "object" || value === null);
    return reader.read(values, isFlat ? write(values) : row);
  };
  last = { keys, context, read };
  return read;
}
