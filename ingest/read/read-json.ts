import { FileRefused } from "../failure.ts";
import { readDocuments } from "../formats/documents.ts";
import { refuseDepth } from "../text/depth.ts";
import { parseLooseJson } from "../text/loose-json.ts";
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
    return parseLooseJson(text);
  } catch (error) {
    throw new FileRefused(describe(text, error instanceof Error ? error.message : String(error)));
  }
}

function describe(text: string, message: string): string {
  const place = /at position (\d+)/.exec(message)?.[1];
  const isAtEnd = place !== undefined && Number(place) >= text.trimEnd().length;
  if (isAtEnd || /^(Unexpected end|Unterminated)/.test(message)) return "the JSON is cut off";
  const line = (place: number) => `line ${text.slice(0, place).split("\n").length}: `;
  return `${place === undefined ? "" : line(Number(place))}this is no JSON: ${message.slice(0, 200)}`;
}
