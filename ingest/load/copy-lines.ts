import { Readable } from "node:stream";

const leastBytes = 16 * 1024;
const pieceBytes = 256 * 1024;

/**
 * Lines of COPY's text form, as bytes: thousands of rows kept as texts would outlive the collector's
 * short memory, and cost more time than all the rest.
 */
export class CopyLines {
  count = 0;
  /** Their size in bytes. */
  length = 0;
  #bytes = Buffer.alloc(0);
  #used = 0;
  readonly #full: Buffer[] = [];

  /** Adds a line and gives its place: at how many bytes it begins. */
  add(line: string): number {
    const most = 3 * line.length;
    if (this.#used + most > this.#bytes.length) {
      if (this.#used > 0) this.#full.push(this.#bytes.subarray(0, this.#used));
      const size = this.#full.length === 0 ? leastBytes : pieceBytes;
      this.#bytes = Buffer.allocUnsafe(Math.max(size, most));
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
    for (const piece of this.#pieces()) {
      if (from < piece.length) return piece.subarray(from, from + expected.length).equals(expected);
      from -= piece.length;
    }
    return false;
  }

  /** The lines as COPY reads them. */
  stream(): Readable {
    return Readable.from(this.#pieces());
  }

  #pieces(): Buffer[] {
    return [...this.#full, this.#bytes.subarray(0, this.#used)];
  }
}
