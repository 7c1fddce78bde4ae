import type { Group, Outline, Piece } from "./pieces.ts";

const step = 2;

/** Takes an outline and its line breaks; returns for each piece the indentation of its line. */
export function indentations(outline: Outline, breaks: readonly number[]): number[] {
  const { pieces, groups } = outline;
  // The indentation of the line on which a group begins.
  const outside = new Map<Group, number>();
  const openings = new Map(groups.map((group) => [group.start, group]));
  let current = 0;
  return pieces.map((piece, index) => {
    if (piece.group.kind === "statement") outside.set(piece.group, -step);
    if (index === 0 || (breaks[index] ?? 0) > 0) {
      const word = nextWord(pieces, index);
      const around = outside.get((pieces[word] ?? piece).group) ?? 0;
      current = around + depthOfLine(outline, index, word);
    }
    const group = openings.get(index);
    if (group !== undefined && group.kind !== "statement") outside.set(group, current);
    return current;
  });
}

// A comment stands where the word after it stands.
function nextWord(pieces: readonly Piece[], index: number): number {
  let at = index;
  while (pieces[at]?.kind === "comment") at++;
  return at;
}

function depthOfLine(outline: Outline, index: number, word: number): number {
  const { pieces } = outline;
  const piece = pieces[word];
  if (piece === undefined) return step;
  const { group } = piece;
  if (word !== group.end || group.kind === "statement")
    return step + depthInGroup(outline, piece, word);
  // A comment before a closing bracket stands with the items in the brackets.
  return word === index ? 0 : step;
}

function depthInGroup(outline: Outline, piece: Piece, index: number): number {
  const { group, clause, word } = piece;
  if (group.kind === "case") return /^(?:when|else)$/.test(word) ? 0 : step;
  if (clause.start === index && clause.keyword !== "") return 0;
  const isKeyword = clause.keyword !== "" && !clause.keyword.startsWith("with");
  const item = isKeyword ? step : 0;
  const items = clause.items.map((start) => nextWord(outline.pieces, start));
  if (items.includes(index)) return item;
  if (group.kind === "statement" && !group.isQuery) return authorsDepth(outline, piece);
  return item + (isPartOfClause(piece, index) ? 0 : step);
}

/** Whether a line holds a part of a clause, such as a condition, and does not continue a part. */
function isPartOfClause({ clause, word }: Piece, index: number): boolean {
  if (word === "on" && !clause.keyword.startsWith("select")) return true;
  if (!clause.conditions.includes(index)) return false;
  if (clause.keyword === "" || clause.keyword.startsWith("with")) return clause.items.length === 1;
  return /where|having|join|using/.test(clause.keyword);
}

// Statements that are no queries have no layout here: a line is as deep as the first or one deeper.
function authorsDepth({ pieces }: Outline, piece: Piece): number {
  const first = pieces[piece.group.start];
  return first !== undefined && piece.column > first.column ? step : 0;
}
