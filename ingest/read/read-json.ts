import { FileRefused } from "../failure.ts";
import { limits } from "../files/limits.ts";
import { readDocuments } from "../formats/documents.ts";
import { readDocument } from "../text/read-document.ts";
import type { FileReader, Piece, ReadOptions } from "./file-reader.ts";

/** Reads a file that is one JSON document. */
export const readJson: FileReader = async function* (chunks, options) {
  yield* piecesOf(parseJson(await readDocument(chunks)), options);
};

/** The pieces of one parsed document, a few hundred at a time. */
export function* piecesOf(document: unknown, { context, only }: ReadOptions): Generator<Piece[]> {
  let pieces: Piece[] = [];
  for (const { format, rows } of readDocuments(document, context, only)) {
    for (const mapped of rows) {
      pieces.push({ format, mapped });
      if (pieces.length < 500) continue;
      yield pieces;
      pieces = [];
    }
  }
  yield pieces;
}

/** Parses JSON that is nested no deeper than is read. Throws `FileRefused`, with the place. */
export function parseJson(text: string): unknown {
  refuseDepth(text);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new FileRefused(describe(text, error instanceof Error ? error.message : String(error)));
  }
}

/** Refuses brackets that are nested too deep, before a parser follows them. */
export function refuseDepth(text: string): void {
  let depth = 0;
  let isQuoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x5c && isQuoted) at += 1;
    else if (code === 0x22) isQuoted = !isQuoted;
    else if (isQuoted) continue;
    else if (code === 0x7b || code === 0x5b) depth += 1;
    else if (code === 0x7d || code === 0x5d) depth -= 1;
    if (depth > limits.nesting) {
      throw new FileRefused(`objects and lists are nested deeper than ${limits.nesting} levels`);
    }
  }
}

function describe(text: string, message: string): string {
  const place = Number(/at position (\d+)/.exec(message)?.[1] ?? text.length);
  const before = text.slice(0, place);
  const line = before.split("\n").length;
  const near = text.slice(place, place + 20).split("\n")[0] ?? "";
  if (/^(NaN|-?Infinity)/.test(near)) {
    return `line ${line}: JSON knows no ${/^-?\w+/.exec(near)?.[0]}: the tool that wrote it did not write JSON`;
  }
  if (place >= text.trimEnd().length) return `line ${line}: the JSON is cut off`;
  return `line ${line}: this is no JSON: ${JSON.stringify(near)}`;
}
