import { isObject } from "../values/shape.ts";
import { canonicalReader, type RowReader } from "./canonical.ts";
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
    const keys = Object.keys(row);
    yield readerOf(keys, context).read(Object.values(row), row);
  },
};

let last: { keys: string; context: FormatContext; reader: RowReader } | undefined;

// Lines of a file have the same keys in the same order: the last reader is right nearly always.
function readerOf(keys: readonly string[], context: FormatContext): RowReader {
  const joined = keys.join("\n");
  if (last?.keys === joined && last.context === context) return last.reader;
  const header = readHeader(keys);
  if (header === undefined) throw new Error("the keys are no canonical row");
  last = { keys: joined, context, reader: canonicalReader(header, context) };
  return last.reader;
}
