import { FileRefused } from "../failure.ts";
import { canonicalDocument, readSimilar, readSimilarLine } from "../formats/canonical-document.ts";
import { readDocuments } from "../formats/documents.ts";
import { refuseDeepValue } from "../text/depth.ts";
import { lineBlocks } from "../text/line-blocks.ts";
import { parseLooseJson } from "../text/loose-json.ts";
import type { FileReader, Piece, ReadOptions } from "./file-reader.ts";

/**
 * Reads a file with a JSON document on each line. A line that cannot be read is set aside; a file of which
 * no line is a result is refused.
 */
export const readNdjson: FileReader = async function* (chunks, options) {
  let isFound = false;
  let first: string | undefined;
  for await (const pieces of readLines(chunks, options)) {
    isFound ||= !pieces.every(isForeign);
    first ??= pieces[0]?.mapped.kind === "setAside" ? pieces[0].mapped.detail : undefined;
    yield pieces;
  }
  if (!isFound) throw new FileRefused(`no line of it is a result: ${first ?? "all are empty"}`);
};

const readLines: FileReader = async function* (chunks, options) {
  for await (const { lines, firstLine } of lineBlocks(chunks, { quotes: false })) {
    const pieces: Piece[] = [];
    let line = firstLine;
    for (const each of lines) {
      // nearly every line is what the line before was
      const similar =
        options.only === undefined ? readSimilarLine(each, options.context) : undefined;
      if (similar !== undefined) pieces.push(canonicalPiece(similar, line));
      else if (!/^\s*$/.test(each)) addPieces(pieces, each, line, options);
      line += 1;
    }
    yield pieces;
  }
};

/** Whether a line is no result, and would be none with other values. */
function isForeign({ mapped }: Piece): boolean {
  return mapped.kind === "setAside" && mapped.reason !== "bad_value";
}

function addPieces(
  pieces: Piece[],
  text: string,
  line: number,
  { context, only }: ReadOptions,
): void {
  try {
    const document = parseLooseJson(text);
    refuseDeepValue(document);
    const similar = only === undefined ? readSimilar(document, context) : undefined;
    if (similar !== undefined) {
      pieces.push(canonicalPiece(similar, line));
      return;
    }
    for (const { format, rows } of readDocuments(document, context, only)) {
      for (const mapped of rows) pieces.push({ format, mapped: atLine(mapped, line) });
    }
  } catch (error) {
    const isRefused = error instanceof FileRefused;
    if (!isRefused && !(error instanceof SyntaxError)) throw error;
    const reason = isRefused ? "unknown_format" : "malformed_line";
    const detail = isRefused ? error.message : "this is no JSON";
    const mapped = { kind: "setAside", reason, detail: `line ${line}: ${detail}` } as const;
    pieces.push({ format: "ndjson", mapped });
  }
}

function canonicalPiece(mapped: Piece["mapped"], line: number): Piece {
  return { format: canonicalDocument.name, mapped: atLine(mapped, line) };
}

function atLine(mapped: Piece["mapped"], line: number): Piece["mapped"] {
  return mapped.kind === "setAside"
    ? { ...mapped, detail: `line ${line}: ${mapped.detail}` }
    : mapped;
}
