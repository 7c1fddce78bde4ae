import { CopyLines } from "./copy-lines.ts";
import { NameList, unescaped } from "./name-list.ts";
import type { CopyRow } from "./rows.ts";

/** Rows that are loaded at one time. Of rows of one key that say the same, one is kept. */
export class CopyBatch {
  /** How many rows were added, those that were there already included. */
  added = 0;
  /** The first row of each key, but for one whose key has the hash of another. */
  readonly first = new CopyLines();
  /** All others: rows that say something else under a key that is there already. */
  readonly repeated = new CopyLines();
  /** The names of its keys. */
  readonly #names = new NameList();
  /** The hash of each source. */
  readonly #sources = new Map<string, number>();
  #source: string | undefined;
  #seed = 0;
  /** By the hash of a key: thousands of keys kept as texts would cost the collector more than all the rest. */
  readonly #firstPlaces = new Map<number, number>();
  readonly #repeatedPlaces = new Map<number, number[]>();

  /** Size of the kept rows, in bytes. */
  get length(): number {
    return this.first.length + this.repeated.length;
  }

  add({ source, name, content, payload }: CopyRow): void {
    this.added += 1;
    if (source !== this.#source) this.#turnTo(source);
    const hash = this.#names.look(name, this.#seed);
    const row = `${source}\t${name}\t${content}\t`;
    const place = this.#firstPlaces.get(hash);
    if (place === undefined) {
      this.#firstPlaces.set(hash, this.first.add(`${row}${payload}\n`));
      this.#names.keep();
      return;
    }
    const others = this.#repeatedPlaces.get(hash) ?? [];
    const isThere =
      this.first.hasAt(place, row) || others.some((other) => this.repeated.hasAt(other, row));
    if (isThere) return;
    others.push(this.repeated.add(`${row}${payload}\n`));
    this.#repeatedPlaces.set(hash, others);
  }

  /** Each name in `first`, and each source once, as lists that PostgreSQL reads. */
  keys(): { sources: string; names: Buffer } {
    const sources = [...this.#sources.keys()].map(listElement).join(",");
    return { sources: `{${sources}}`, names: this.#names.bytes() };
  }

  /** Hands the memory back, when the rows are loaded. */
  release(): void {
    for (const lines of [this.first, this.repeated]) lines.release();
  }

  #turnTo(source: string): void {
    this.#seed = this.#sources.get(source) ?? new NameList().look(source, 0);
    this.#sources.set(source, this.#seed);
    this.#source = source;
  }
}

/** A field of COPY's text form as an element of a list in PostgreSQL's text form. */
function listElement(field: string): string {
  return `"${unescaped(field).replace(/["\\]/g, "\\$&")}"`;
}
