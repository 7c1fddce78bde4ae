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

/**
 * Parses JSON that is nested no deeper than is read. Documents that follow each other, as jq prints them, give a
 * list. Throws `FileRefused`, with the place.
 */
export function parseJson(text: string): unknown {
  refuseDepth(text);
  const documents: unknown[] = [];
  for (let start = 0; start < text.length; ) {
    const rest = text.slice(start);
    try {
      documents.push(parseLooseJson(rest));
      start = text.length;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const end = /^Unexpected non-whitespace character after JSON at position (\d+)/.exec(
        message,
      )?.[1];
      // what follows is no document, either
      if (end === undefined || !/[{[]/.test(rest[Number(end)] ?? "")) {
        throw new FileRefused(describe(text, message, start));
      }
      documents.push(JSON.parse(rest.slice(0, Number(end))));
      start += Number(end);
    }
  }
  return documents.length === 1 ? documents[0] : documents;
}

function describe(text: string, message: string, start: number): string {
  const found = /at position (\d+)/.exec(message)?.[1];
  const place = found === undefined ? undefined : start + Number(found);
  const isAtEnd = place !== undefined && place >= text.trimEnd().length;
  if (isAtEnd || /^(Unexpected end|Unterminated)/.test(message)) return "the JSON is cut off";
  const line = place === undefined ? "" : `line ${text.slice(0, place).split("\n").length}: `;
  return `${line}this is no JSON: ${message.slice(0, 200)}`;
}
