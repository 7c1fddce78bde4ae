import { Readable } from "node:stream";

const pieceBytes = 256 * 1024;

// Memory of pieces is used again: the collector would let many pile up before it frees them.
const unused: ArrayBufferLike[] = [];
const mostUnused = 64;

function newPiece(least: number): Buffer {
  if (least > pieceBytes) return Buffer.allocUnsafe(least);
  return Buffer.from(unused.pop() ?? new ArrayBuffer(pieceBytes));
}

/**
 * Lines of COPY's text form, as bytes: thousands of rows kept as texts would outlive the collector's
 * short memory, and cost more time than all the rest.
 */
export class CopyLines {
  count = 0;
  /** Their size in bytes. */
  length = 0;
  #bytes: Buffer = Buffer.alloc(0);
  #used = 0;
  readonly #full: Buffer[] = [];

  /** Adds a line and gives its place: at how many bytes it begins. */
  add(line: string): number {
    const most = 3 * line.length;
    if (this.#used + most > this.#bytes.length) {
      if (this.#used > 0) this.#full.push(this.#bytes.subarray(0, this.#used));
      this.#bytes = newPiece(most);
      this.#used = 0;
    }
    const place = this.length;
    const written = this.#bytes.write(line, this.#used);
    this.#used += written;
    this.length += written;
    this.count += 1;
    return place;
  }

  /** Whether the line at a place begins with a text. */
  hasAt(place: number, text: string): boolean {
    let from = place;
    const expected = Buffer.from(text);
    for (const piece of this.pieces()) {
      if (from < piece.length) return piece.subarray(from, from + expected.length).equals(expected);
      from -= piece.length;
    }
    return false;
  }

  /** The lines as COPY reads them. */
  stream(): Readable {
    return Readable.from(this.pieces());
  }

  /** Hands the memory back; the lines must not be used any more. */
  release(): void {
    const pieces = [...this.#full.map(({ buffer }) => buffer), this.#bytes.buffer];
    for (const piece of pieces) {
      if (piece.byteLength === pieceBytes && unused.length < mostUnused) unused.push(piece);
    }
    this.#full.length = 0;
    this.#bytes = Buffer.alloc(0);
  }

  /** All lines in pieces that end at the end of a line. */
  pieces(): Buffer[] {
    return [...this.#full, this.#bytes.subarray(0, this.#used)];
  }
}
