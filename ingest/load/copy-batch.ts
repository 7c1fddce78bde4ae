import { Readable } from "node:stream";
import type { CopyRow } from "./rows.ts";

const leastBytes = 16 * 1024;
const pieceBytes = 256 * 1024;

/** Where a row stands. */
interface Place {
  bytes: Buffer;
  from: number;
  to: number;
}

/**
 * Rows in COPY's text form, as bytes: thousands of rows kept as texts would outlive the collector's
 * short memory, and cost more time than all the rest. Of rows of one key that say the same, one is kept.
 */
export class CopyBatch {
  /** How many rows were added, those that were there already included. */
  added = 0;
  /** Size of the kept rows, in bytes. */
  length = 0;
  #kept = 0;
  #bytes = Buffer.alloc(0);
  #used = 0;
  readonly #full: Buffer[] = [];
  readonly #places = new Map<string, Place[]>();

  add({ key, content, payload }: CopyRow): void {
    this.added += 1;
    const said = this.#places.get(key);
    const row = `${key}\t${content}\t`;
    if (said?.some((place) => rowAt(place).startsWith(row))) return;
    const place = this.#write(`${this.#kept}\t${said !== undefined}\t${row}${payload}\n`);
    if (said === undefined) this.#places.set(key, [place]);
    else said.push(place);
    this.#kept += 1;
  }

  /** The rows as COPY reads them: position, whether an earlier row has the same key, and the row. */
  stream(): Readable {
    return Readable.from([...this.#full, this.#bytes.subarray(0, this.#used)]);
  }

  #write(line: string): Place {
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
    return { bytes: this.#bytes, from, to: this.#used };
  }
}

/** A line of the batch without its position and the columns beside it. */
function rowAt({ bytes, from, to }: Place): string {
  return bytes.toString("utf8", from, to).replace(/^\d+\t\w+\t/, "");
}
