import { clipToWidth, displayWidth, expandTabs, visibleText } from "../text/terminal-text.ts";
import { linePosition, splitLines } from "./line-position.ts";

/** How much of a statement is shown. */
export interface ExcerptOptions {
  /** Lines above and below; 2 unless told. */
  context?: number;
  /** Columns of the terminal; 100 unless told. */
  maxWidth?: number;
}

/**
 * Takes a statement and PostgreSQL's 1-based position in it (code points). Returns numbered lines
 * with a caret under the position, safe to print; no lines when the position is outside.
 */
export function sqlExcerpt(
  statement: string,
  position: number,
  options: ExcerptOptions = {},
): string[] {
  const place = linePosition(statement, position);
  if (!place) return [];
  const { context = 2, maxWidth = 100 } = options;
  const lines = splitLines(statement.trimEnd());
  const first = Math.max(1, place.line - context);
  const last = Math.min(lines.length, place.line + context);
  const digits = String(last).length;
  const width = Math.max(20, maxWidth - digits - 5);
  return lines.slice(first - 1, last).flatMap((text, index) => {
    const line = first + index;
    const number = String(line).padStart(digits);
    if (line !== place.line) return [`  ${number} | ${firstColumns(text, width)}`.trimEnd()];
    const window = columnsAround(text, place.offset, width);
    return [
      `> ${number} | ${window.text}`,
      `  ${" ".repeat(digits)} | ${" ".repeat(window.caret)}^`,
    ];
  });
}

/** Takes a statement and returns its first written lines, numbered and safe to print, and how many follow. */
export function sqlBeginning(
  statement: string,
  options: { lines?: number; maxWidth?: number } = {},
): string[] {
  const { lines = 5, maxWidth = 100 } = options;
  const all = splitLines(statement.replace(/^\s*\n/, "").trimEnd());
  const shown = all.slice(0, lines);
  const digits = String(shown.length).length;
  const width = Math.max(20, maxWidth - digits - 5);
  const numbered = shown.map((text, index) =>
    `  ${String(index + 1).padStart(digits)} | ${firstColumns(text, width)}`.trimEnd(),
  );
  const left = all.length - shown.length;
  return left > 0
    ? [...numbered, `  ${" ".repeat(digits)} | … ${left} more line${left === 1 ? "" : "s"}`]
    : numbered;
}

function firstColumns(text: string, width: number): string {
  return clipToWidth(printable(text.slice(0, width * 4)), width);
}

/** Cuts a line to `width` columns so that the caret is in sight, and says where the caret is. */
function columnsAround(
  line: string,
  offset: number,
  width: number,
): { text: string; caret: number } {
  // A line may be a megabyte: only the neighbourhood is measured.
  const reach = width * 4;
  const left = printable(line.slice(Math.max(0, offset - reach), offset));
  const right = printable(line.slice(offset, offset + reach));
  const isWhole = offset <= reach && line.length <= offset + reach;
  const caret = displayWidth(left);
  if (isWhole && caret + displayWidth(right) <= width) return { text: left + right, caret };
  const kept = lastColumns(left, Math.floor(width * 0.6));
  const isCut = kept.length < left.length || offset > reach;
  const start = isCut ? `…${kept}` : left;
  const used = displayWidth(start);
  return { text: start + clipToWidth(right, width - used), caret: used };
}

function lastColumns(text: string, width: number): string {
  let start = text.length;
  let used = 0;
  for (const character of [...text].reverse()) {
    used += displayWidth(character);
    if (used > width) break;
    start -= character.length;
  }
  return text.slice(start);
}

function printable(text: string): string {
  return expandTabs(visibleText(text));
}
