import { FileRefused } from "../failure.ts";
import { readDocuments } from "../formats/documents.ts";
import { refuseDepth } from "../text/depth.ts";
import { lineBlocks } from "../text/line-blocks.ts";
import type { FileReader, Piece, ReadOptions } from "./file-reader.ts";

/** Reads a file with a JSON document on each line. A line that cannot be read is set aside. */
export const readNdjson: FileReader = async function* (chunks, options) {
  for await (const { text, firstLine } of lineBlocks(chunks, { quotes: false })) {
    const pieces: Piece[] = [];
    let line = firstLine;
    for (const each of text.split("\n")) {
      if (each.trim() !== "") pieces.push(...piecesOfLine(each, line, options));
      line += 1;
    }
    yield pieces;
  }
};

function piecesOfLine(text: string, line: number, { context, only }: ReadOptions): Piece[] {
  try {
    refuseDepth(text);
    const document: unknown = JSON.parse(text);
    const pieces: Piece[] = [];
    for (const { format, rows } of readDocuments(document, context, only)) {
      for (const mapped of rows) pieces.push({ format, mapped: atLine(mapped, line) });
    }
    return pieces;
  } catch (error) {
    const isRefused = error instanceof FileRefused;
    if (!isRefused && !(error instanceof SyntaxError)) throw error;
    const reason = isRefused ? "unknown_format" : "malformed_line";
    const detail = isRefused ? error.message : "this is no JSON";
    const mapped = { kind: "setAside", reason, detail: `line ${line}: ${detail}` } as const;
    return [{ format: "ndjson", mapped }];
  }
}

function atLine(mapped: Piece["mapped"], line: number): Piece["mapped"] {
  return mapped.kind === "setAside"
    ? { ...mapped, detail: `line ${line}: ${mapped.detail}` }
    : mapped;
}
