import { type Clause, isPlaceholder, type Piece } from "./pieces.ts";

/** The first piece of each item of a list. A comment after a comma belongs to the item before it. */
export function itemStarts(pieces: readonly Piece[], clause: Clause): number[] {
  const isWith = clause.keyword.startsWith("with");
  // In a `with`, a placeholder on lines of its own stands for parts and brings its own comma.
  const endsItem = (index: number) =>
    pieces[index]?.word === "," ||
    (isWith && isPlaceholder(pieces[index]) && (pieces[index + 1]?.lineBreaks ?? 0) > 0);
  const isTrailing = (index: number) =>
    pieces[index]?.kind === "comment" && pieces[index]?.lineBreaks === 0;
  const starts = [clause.body];
  let isOpen = false;
  for (const index of clause.own) {
    if (isOpen && pieces[index]?.word !== "," && !isTrailing(index)) {
      starts.push(index);
      isOpen = false;
    }
    isOpen ||= endsItem(index);
  }
  return starts.filter((index) => index >= 0);
}

/** The `and` and `or` of a clause, except the `and` of `between`. */
export function conditionStarts(pieces: readonly Piece[], clause: Clause): number[] {
  let isBetween = false;
  return clause.own.filter((index) => {
    const word = pieces[index]?.word;
    if (word === "between") isBetween = true;
    if (word !== "and" && word !== "or") return false;
    const joins = !(isBetween && word === "and");
    isBetween = false;
    return joins;
  });
}
