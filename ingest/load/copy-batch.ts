import { CopyLines } from "./copy-lines.ts";
import type { CopyRow } from "./rows.ts";

/** Rows that are loaded at one time. Of rows of one key that say the same, one is kept. */
export class CopyBatch {
  /** How many rows were added, those that were there already included. */
  added = 0;
  /** The first row of each key. */
  readonly first = new CopyLines();
  /** Rows that say something else under a key that is there already. */
  readonly repeated = new CopyLines();
  readonly #firstPlaces = new Map<string, number>();
  readonly #repeatedPlaces = new Map<string, number[]>();

  /** Size of the kept rows, in bytes. */
  get length(): number {
    return this.first.length + this.repeated.length;
  }

  add({ key, content, payload }: CopyRow): void {
    this.added += 1;
    const place = this.#firstPlaces.get(key);
    const row = `${key}\t${content}\t`;
    if (place === undefined) {
      this.#firstPlaces.set(key, this.first.add(`${row}${payload}\n`));
      return;
    }
    const others = this.#repeatedPlaces.get(key) ?? [];
    const isThere =
      this.first.hasAt(place, row) || others.some((other) => this.repeated.hasAt(other, row));
    if (isThere) return;
    others.push(this.repeated.add(`${row}${payload}\n`));
    this.#repeatedPlaces.set(key, others);
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
    for (const key of this.#firstPlaces.keys()) {
      const tab = key.indexOf("\t");
      sources.add(key.slice(0, tab));
      names.push(unescaped(key.slice(tab + 1)));
    }
    return { sources: [...sources].map(unescaped), names };
  }
}

/** A field of COPY's text form as the text that it stands for. */
function unescaped(field: string): string {
  if (!field.includes("\\")) return field;
  return field.replace(/\\(.)/g, (_, character: string) => escapes[character] ?? character);
}

const escapes: Record<string, string> = { t: "\t", n: "\n", r: "\r" };
