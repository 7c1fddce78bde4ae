import type { DocumentFormat, FormatContext } from "../formats/format.ts";
import type { Mapped } from "../mapped.ts";

/** The results of a file: each piece with the format that read it. */
export interface Piece {
  format: string;
  mapped: Mapped;
}

/** How a file is read, once its kind is known. */
export interface ReadOptions {
  context: FormatContext;
  /** The format that the file has to be, from `--format`. */
  only?: DocumentFormat | undefined;
  /** Called with notes about the file as a whole. */
  onNote: (note: string) => void;
}

/** Reads one kind of file piece by piece. Throws `FileRefused` when the file is refused. */
export type FileReader = (
  chunks: AsyncIterable<Buffer>,
  options: ReadOptions,
) => AsyncIterable<Piece[]>;
