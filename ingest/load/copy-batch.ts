import { Readable } from "node:stream";
import { CopyLines, lineAt, type Place } from "./copy-lines.ts";
import type { CopyRow } from "./rows.ts";

/** Rows that are loaded at one time. Of rows of one key that say the same, one is kept. */
export class CopyBatch {
  /** How many rows were added, those that were there already included. */
  added = 0;
  /** The first row of each key. */
  readonly first = new CopyLines();
  /** Rows that say something else under a key that is there already. */
  readonly repeated = new CopyLines();
  readonly #places = new Map<string, Place[]>();

  /** Size of the kept rows, in bytes. */
  get length(): number {
    return this.first.length + this.repeated.length;
  }

  add({ key, content, payload }: CopyRow): void {
    this.added += 1;
    const said = this.#places.get(key);
    const row = `${key}\t${content}\t`;
    if (said?.some((place) => lineAt(place).startsWith(row))) return;
    const lines = said === undefined ? this.first : this.repeated;
    const place = lines.add(`${row}${payload}\n`);
    if (said === undefined) this.#places.set(key, [place]);
    else said.push(place);
  }

  /** The keys as COPY reads them: source and name. */
  keys(): Readable {
    return Readable.from([Buffer.from([...this.#places.keys(), ""].join("\n"))]);
  }
}
