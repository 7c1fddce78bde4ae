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

  /** Hands the memory back, when the rows are loaded. */
  release(): void {
    this.first.release();
    this.repeated.release();
  }

  /** The name of each key, and each source once. */
  keys(): { sources: string[]; names: string[] } {
    const sources = new Set<string>();
    const names: string[] = [];
    for (const line of this.first.lines()) {
      const tab = line.indexOf("\t");
      sources.add(line.slice(0, tab));
      names.push(unescaped(line.slice(tab + 1, line.indexOf("\t", tab + 1))));
    }
    return { sources: [...sources].map(unescaped), names };
  }
}

function hashOf(key: string): number {
  let hash = 0;
  for (let at = 0; at < key.length; at += 1) {
    hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193);
  }
  return hash;
}

/** A field of COPY's text form as the text that it stands for. */
function unescaped(field: string): string {
  if (!field.includes("\\")) return field;
  return field.replace(/\\(.)/g, (_, character: string) => escapes[character] ?? character);
}

const escapes: Record<string, string> = { t: "\t", n: "\n", r: "\r" };
