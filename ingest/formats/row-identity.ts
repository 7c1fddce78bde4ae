import { canonicalJson, JsonText } from "../values/canonical-json.ts";
import { type Field, isEmpty, type Row, saysNothing } from "./canonical-fields.ts";
import type { Header } from "./canonical-header.ts";
import type { Value } from "./canonical-values.ts";
import type { FormatContext } from "./format.ts";

/**
 * What names rows that have no name: their values in the columns that are known. Of rows of one file that are equal in
 * these and differ in others, the second and further ones get their number, too: so the first one has the name that it
 * would have without the others. An outage is named by what is known when it begins, so that a later row closes it. The
 * texts have to be asked for in the order of the rows.
 */
export function identityReader(
  { kind, day, endDay }: Header,
  fields: readonly Field[],
  context: FormatContext,
): (row: Row, values: readonly unknown[], payload: unknown) => JsonText {
  const numbers = numbersOf.get(context) ?? new RowNumbers();
  numbersOf.set(context, numbers);
  const naming = fields.filter(({ name }) => kind === "test" || !knownLater.includes(name));
  const end = fields.find(({ name }) => name === "outage_end")?.place ?? -1;
  const places = new Map<number, number>();
  for (const { index, place } of fields) {
    if (![...places.values()].includes(place)) places.set(index, place);
  }
  /** Whether a value is in no place of the row: of an unknown or second column, or a length without a unit. */
  const isMore = (row: Row) => (value: unknown, index: number) =>
    index !== day &&
    index !== endDay &&
    (row[places.get(index) ?? -1] ?? null) === null &&
    !isEmpty(typeof value === "string" ? value.trim() : value) &&
    !saysNothing(value);
  return (row, values, payload) =>
    new JsonText(() => {
      const known = Object.fromEntries(naming.map(({ name, place }) => [name, row[place] ?? null]));
      const identity = JsonText.of(known);
      let number: number;
      if (kind === "test") {
        const more = values.some(isMore(row)) ? JsonText.of(payload) : undefined;
        number = numbers.of(identity, more);
      } else {
        const more = values.filter(isMore(row)).map(canonicalJson).sort();
        number = numbers.ofOutage(identity, more.join(), row[end] ?? null);
      }
      return number === 1 ? identity : canonicalJson({ ...known, occurrence: number });
    });
}

/** The columns of an outage that are filled in or changed while it goes on. */
const knownLater = ["outage_end", "cause", "metadata_json"];

const numbersOf = new WeakMap<FormatContext, RowNumbers>();

const mostRows = 10_000_000;

/** Counts the rows of a file that have the same identity and say something else beside it. */
class RowNumbers {
  /** What the first row of each identity says beside it. */
  readonly #first = new Map<number, number>();
  readonly #others = new Map<number, number[]>();
  readonly #outages = new Map<number, { more: string; end: Value }[]>();

  /** The number of a row among those of its identity; rows that say the same have the same number. */
  of(identity: JsonText, more: JsonText | undefined): number {
    const [name, said] = [shortHash(identity), more === undefined ? 0 : shortHash(more)];
    const first = this.#first.get(name);
    if (first === undefined) {
      // a map holds no more than 16 million
      if (this.#first.size < mostRows) this.#first.set(name, said);
      return 1;
    }
    if (first === said) return 1;
    const others = this.#others.get(name) ?? [];
    this.#others.set(name, others);
    if (!others.includes(said)) others.push(said);
    return others.indexOf(said) + 2;
  }

  /** The same for an outage: one that goes on and one with an end are the same, when nothing else tells them apart. */
  ofOutage(identity: JsonText, more: string, end: Value): number {
    const name = shortHash(identity);
    const all = this.#outages.get(name) ?? [];
    if (all.length === 0 && this.#outages.size < mostRows) this.#outages.set(name, all);
    const same = all.find(
      (each) => each.more === more && (each.end === end || each.end === null || end === null),
    );
    if (same === undefined) return all.push({ more, end });
    same.end ??= end;
    return all.indexOf(same) + 1;
  }
}

/** As many digits of a hash as a number holds exactly. */
function shortHash(text: JsonText): number {
  return Number.parseInt(text.hash.slice(0, 13), 16);
}
