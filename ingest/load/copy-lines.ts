import { Readable } from "node:stream";

const leastBytes = 16 * 1024;
const pieceBytes = 256 * 1024;

/** Where a line stands. */
export interface Place {
  bytes: Buffer;
  from: number;
  to: number;
}

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

  add(line: string): Place {
    const most = 3 * line.length;
    if (this.#used + most > this.#bytes.length) {
      if (this.#used > 0) this.#full.push(this.#bytes.subarray(0, this.#used));
      const size = this.#full.length === 0 ? leastBytes : pieceBytes;
      this.#bytes = Buffer.allocUnsafe(Math.max(size, most));
      this.#used = 0;
    }
    const from = this.#used;
    this.#used += this.#bytes.write(line, from);
    this.length += this.#used - from;
    this.count += 1;
    return { bytes: this.#bytes, from, to: this.#used };
  }

  /** The lines as COPY reads them. */
  stream(): Readable {
    return Readable.from([...this.#full, this.#bytes.subarray(0, this.#used)]);
  }
}

/** The line at a place. */
export function lineAt({ bytes, from, to }: Place): string {
  return bytes.toString("utf8", from, to);
}
