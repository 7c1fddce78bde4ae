import type { Group, Line, Outline, Piece } from "./pieces.ts";

/**
 * Takes the lines of formatted SQL; returns the pieces before which the lines that are longer than
 * `width` should be broken: as far outside as possible. Empty when no line can be broken.
 */
export function neededBreaks(
  outline: Outline,
  lines: readonly Line[],
  width: number,
  forced: ReadonlySet<number>,
): number[] {
  return lines.flatMap((line) => {
    const [firstLine = ""] = line.text.split("\n");
    return firstLine.length > width ? bestBreaks(outline, line, width, forced) : [];
  });
}

function bestBreaks(
  outline: Outline,
  line: Line,
  width: number,
  forced: ReadonlySet<number>,
): number[] {
  let best: { index: number; rank: number; piece: Piece } | undefined;
  for (let index = line.start + 1; index < line.end; index++) {
    const piece = outline.pieces[index];
    if (piece === undefined || forced.has(index)) continue;
    const rank = rankOf(line, index, piece, width);
    if (rank === undefined) continue;
    // The lines of a row are filled: its last break that makes the line short enough is the best.
    const isLater = piece.group.isRow && rank === best?.rank && fits(line, index, width);
    if (best === undefined || rank < best.rank || isLater) best = { index, rank, piece };
  }
  if (best === undefined) return [];
  const { index, piece } = best;
  const { items } = piece.clause;
  // The rows of `values` may share a line, but not when they are too long for one.
  const isListOfRows = piece.clause.keyword === "values" && items.includes(index);
  return isListOfRows ? items.filter((item) => item > line.start && item < line.end) : [index];
}

// In the order in which they are preferred; undefined where no line may be broken.
type Kind = "clause" | "item" | "condition" | "on" | "alias" | "bracket" | "operator" | undefined;
const kinds: Kind[] = ["clause", "item", "condition", "on", "alias", "bracket", "operator"];

/** Whether the part of the line before a piece is short enough. */
function fits(line: Line, index: number, width: number): boolean {
  return (line.columns[index - line.start] ?? 0) <= width;
}

/** A break further outside comes first, then one of a better kind. */
function rankOf(line: Line, index: number, piece: Piece, width: number): number | undefined {
  const kind = kindOf(line, index, piece);
  if (kind === undefined || (kind === "alias" && !fits(line, index, width))) return undefined;
  const depth = kind === "bracket" ? piece.group.depth - 1 : piece.group.depth;
  return depth * kinds.length + kinds.indexOf(kind);
}

const operators = /^(?:\|\||[-+*/]|and|or)$/;

function kindOf(line: Line, index: number, piece: Piece): Kind {
  const { group, clause, word } = piece;
  if (group.kind === "case") return /^(?:when|else|end)$/.test(word) ? "clause" : undefined;
  if (index === group.end || piece.kind === "comment") return undefined;
  if (group.own[0] === index) return isBreakable(group, line) ? "bracket" : undefined;
  if (clause.start === index && clause.keyword !== "") return "clause";
  if (clause.items.includes(index)) return index === clause.body ? undefined : "item";
  return kindInItem(index, piece);
}

function isBreakable(group: Group, line: Line): boolean {
  const isWhole = group.end < line.end && group.end - group.start > 2;
  return group.kind === "brackets" && isWhole && !group.isRow;
}

function kindInItem(index: number, { group, clause, word, isTight }: Piece): Kind {
  const isBound = /where|having|join/.test(clause.keyword);
  if (isBound && clause.conditions.includes(index)) return "condition";
  if (isBound && word === "on") return "on";
  if (word === "as" && clause.keyword.startsWith("select")) return "alias";
  return operators.test(word) && !isTight && group.isQuery ? "operator" : undefined;
}
