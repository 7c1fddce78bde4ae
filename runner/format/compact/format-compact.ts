import { indentations } from "./indentation.ts";
import { lineBreaks } from "./line-breaks.ts";
import { neededBreaks } from "./long-lines.ts";
import { outlineOf } from "./outline.ts";
import type { Line, Piece } from "./pieces.ts";

// Each round breaks one level more of each line that is too long.
const mostRounds = 100;

/**
 * Takes SQL and returns it with every line indented by its place in the query. Lines stay as the
 * author broke them, except that a query or list on several lines gets one for each clause or item,
 * and that a line longer than `width` is broken where that can be done.
 */
export function formatCompact(sql: string, width: number): string {
  const outline = outlineOf(sql);
  const forced = new Set<number>();
  let lines: Line[] = [];
  for (let round = 0; round < mostRounds; round++) {
    const breaks = lineBreaks(outline, forced);
    lines = linesOf(outline.pieces, breaks, indentations(outline, breaks));
    const needed = neededBreaks(outline, lines, width, forced);
    if (needed.length === 0) break;
    for (const index of needed) forced.add(index);
  }
  return lines.map((line) => (line.emptyLineBefore ? `\n${line.text}` : line.text)).join("\n");
}

function linesOf(
  pieces: readonly Piece[],
  breaks: readonly number[],
  indents: readonly number[],
): Line[] {
  const lines: Line[] = [];
  for (const [index, piece] of pieces.entries()) {
    const line = lines.at(-1);
    if (line === undefined || (breaks[index] ?? 0) > 0) {
      const indent = indents[index] ?? 0;
      const text = " ".repeat(indent) + piece.text;
      lines.push({
        start: index,
        end: index + 1,
        text,
        columns: [indent],
        emptyLineBefore: breaks[index] === 2,
      });
    } else {
      line.columns.push(line.text.length);
      line.text += gapBefore(pieces, index) + piece.text;
      line.end = index + 1;
    }
  }
  return lines;
}

const comparison = /^(?:[<>=]|<=|>=|<>|!=|\|\||:=|=>)$/;
const neverBefore = new Set([",", ";", ")", "]"]);
const blankBeforeParenthesis = new Set(
  (
    "in values and or not over filter as on using when then else where from join lateral by select " +
    "union except intersect with having case"
  ).split(" "),
);

function gapBefore(pieces: readonly Piece[], index: number): string {
  const [before, piece] = [pieces[index - 1], pieces[index]];
  if (before === undefined || piece === undefined) return "";
  if (before.kind === "comment" || piece.kind === "comment") return " ";
  if (neverBefore.has(piece.word) || before.word === "(" || before.word === "[") return "";
  if (before.word === ",") return " ";
  if (isComparison(pieces, index) || isComparison(pieces, index - 1)) return " ";
  if (piece.word === "(" && blankBeforeParenthesis.has(before.word)) return " ";
  return piece.isTight ? "" : " ";
}

// Not the name of an operator, as in `operator(pg_catalog.=)`.
function isComparison(pieces: readonly Piece[], index: number): boolean {
  const piece = pieces[index];
  const isSign = piece?.kind === "sign" && comparison.test(piece.word);
  return isSign && pieces[index - 1]?.word !== ".";
}
