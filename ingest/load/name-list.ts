import { escapes, headerBytes, writeHeader } from "./text-arrays.ts";

const backslash = 0x5c;

/** Names of rows as PostgreSQL receives a `text[]` in binary form. One look at a name gives its hash and writes it. */
export class NameList {
  #count = 0;
  #bytes: Buffer = Buffer.alloc(0);
  #end = headerBytes;
  #nextEnd = headerBytes;

  /** Gives the hash of a name, which is a field of COPY's text form, and writes it behind the others. `seed`: where the hash begins. */
  look(name: string, seed: number): number {
    this.#reserve(4 + 3 * name.length);
    const bytes = this.#bytes;
    const start = this.#end + 4;
    let hash = seed;
    let isPlain = true;
    for (let at = 0; at < name.length; at += 1) {
      const code = name.charCodeAt(at);
      hash = Math.imul(hash ^ code, 0x01000193);
      if (code > 0x7f || code === backslash) isPlain = false;
      bytes[start + at] = code;
    }
    const length = isPlain ? name.length : bytes.write(unescaped(name), start);
    bytes.writeInt32BE(length, this.#end);
    this.#nextEnd = start + length;
    return hash;
  }

  /** Keeps the name that was looked at last. */
  keep(): void {
    this.#count += 1;
    this.#end = this.#nextEnd;
  }

  /** All that are kept. */
  bytes(): Buffer {
    this.#reserve(0);
    writeHeader(this.#bytes, this.#count);
    return this.#bytes.subarray(0, this.#end);
  }

  #reserve(more: number): void {
    if (this.#bytes.length > 0 && this.#end + more <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(1024, 2 * (this.#end + more)));
    this.#bytes.copy(larger);
    this.#bytes = larger;
  }
}

/** What a field of COPY's text form says. */
export function unescaped(field: string): string {
  return field.replace(/\\(.)/g, (_, character: string) => escapes[character] ?? character);
}
