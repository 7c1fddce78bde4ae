import { CopyLines } from "./copy-lines.ts";
import type { CopyRow } from "./rows.ts";

/** Rows that are loaded at one time. Of rows of one key that say the same, one is kept. */
export class CopyBatch {
  /** How many rows were added, those that were there already included. */
  added = 0;
  /** The first row of each key, but for one whose key has the hash of another. */
  readonly first = new CopyLines();
  /** All others: rows that say something else under a key that is there already. */
  readonly repeated = new CopyLines();
  /** The names of its keys, each as an element of a list that PostgreSQL reads. */
  readonly #names = new CopyLines();
  readonly #sources = new Set<string>();
  #lastSource = "";
  /** By the hash of a key: thousands of keys kept as texts would cost the collector more than all the rest. */
  readonly #firstPlaces = new Map<number, number>();
  readonly #repeatedPlaces = new Map<number, number[]>();

  /** Size of the kept rows, in bytes. */
  get length(): number {
    return this.first.length + this.repeated.length;
  }

  add({ key, content, payload }: CopyRow): void {
    this.added += 1;
    const hash = hashOf(key);
    const place = this.#firstPlaces.get(hash);
    if (place === undefined) {
      this.#firstPlaces.set(hash, this.first.add(`${key}\t${content}\t${payload}\n`));
      this.#addKey(key);
      return;
    }
    const row = `${key}\t${content}\t`;
    const others = this.#repeatedPlaces.get(hash) ?? [];
    const isThere =
      this.first.hasAt(place, row) || others.some((other) => this.repeated.hasAt(other, row));
    if (isThere) return;
    others.push(this.repeated.add(`${row}${payload}\n`));
    this.#repeatedPlaces.set(hash, others);
  }

  /** The name of each key, and each source once, as lists that PostgreSQL reads. */
  keys(): { sources: string; names: string } {
    const sources = [...this.#sources].map(listElement).join(",");
    return { sources: `{${sources}}`, names: `{${this.#names.text().slice(1)}}` };
  }

  /** Hands the memory back, when the rows are loaded. */
  release(): void {
    for (const lines of [this.first, this.repeated, this.#names]) lines.release();
  }

  #addKey(key: string): void {
    const tab = key.indexOf("\t");
    this.#names.add(`,${listElement(key.slice(tab + 1))}`);
    if (tab === this.#lastSource.length && key.startsWith(this.#lastSource)) return;
    this.#lastSource = key.slice(0, tab);
    this.#sources.add(this.#lastSource);
  }
}

function hashOf(key: string): number {
  let hash = 0;
  for (let at = 0; at < key.length; at += 1) {
    hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193);
  }
  return hash;
}

/** A field of COPY's text form as an element of a list in PostgreSQL's text form. */
function listElement(field: string): string {
  return /["\\]/.test(field) ? `"${quoted(field)}"` : `"${field}"`;
}

function quoted(field: string): string {
  return field
    .replace(/\\(.)/g, (_, character: string) => escapes[character] ?? character)
    .replace(/["\\]/g, "\\$&");
}

const escapes: Record<string, string> = { t: "\t", n: "\n", r: "\r" };
