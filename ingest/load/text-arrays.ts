import type { CopyLines } from "./copy-lines.ts";

/** The values of each column of lines of COPY's text form, as PostgreSQL receives a `text[]` in binary form. */
export function textArrays(lines: CopyLines, columns: number): Buffer[] {
  const arrays = Array.from({ length: columns }, () => new TextArray());
  const last = arrays.at(-1);
  for (const piece of lines.pieces()) {
    let start = 0;
    while (start < piece.length) {
      for (const array of arrays) {
        const end = piece.indexOf(array === last ? newline : tab, start);
        array.add(piece.subarray(start, end));
        start = end + 1;
      }
    }
  }
  return arrays.map((array) => array.bytes());
}

const [tab, newline, backslash, bigN] = [0x09, 0x0a, 0x5c, 0x4e];
/** The letters that stand behind a backslash in place of another character, in COPY's text form. */
export const escapes: Readonly<Record<string, string>> = { t: "\t", n: "\n", r: "\r" };
const escapedBytes = new Map(
  Object.entries(escapes).map(([letter, character]) => [
    letter.charCodeAt(0),
    character.charCodeAt(0),
  ]),
);

/** Bytes before the first text of an array. */
export const headerBytes = 20;
const textType = 25;

/** Writes what stands before the texts of an array: it has one dimension that begins at 1, and perhaps nulls. */
export function writeHeader(bytes: Buffer, count: number): void {
  for (const [index, value] of [1, 1, textType, count, 1].entries()) {
    bytes.writeInt32BE(value, 4 * index);
  }
}

class TextArray {
  #count = 0;
  #bytes = Buffer.allocUnsafe(256);
  #used = headerBytes;

  /** Adds a field as COPY writes it. */
  add(field: Buffer): void {
    this.#count += 1;
    this.#reserve(4 + field.length);
    const sizeAt = this.#used;
    this.#used += 4;
    const isNull = field.length === 2 && field[0] === backslash && field[1] === bigN;
    if (!isNull) this.#addText(field);
    this.#bytes.writeInt32BE(isNull ? -1 : this.#used - sizeAt - 4, sizeAt);
  }

  bytes(): Buffer {
    writeHeader(this.#bytes, this.#count);
    return this.#bytes.subarray(0, this.#used);
  }

  #addText(field: Buffer): void {
    let from = 0;
    for (let at = field.indexOf(backslash); at >= 0; at = field.indexOf(backslash, from)) {
      this.#used += field.copy(this.#bytes, this.#used, from, at);
      const letter = field[at + 1] ?? backslash;
      this.#bytes[this.#used] = escapedBytes.get(letter) ?? letter;
      this.#used += 1;
      from = at + 2;
    }
    this.#used += field.copy(this.#bytes, this.#used, from);
  }

  #reserve(more: number): void {
    const needed = this.#used + more;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, 2 * this.#bytes.length));
    this.#bytes.copy(larger, 0, 0, this.#used);
    this.#bytes = larger;
  }
}
