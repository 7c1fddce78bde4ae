import { columnOf, type LinePosition, linePosition } from "./line-position.ts";
import { createSourceMap, type SourceMap } from "./source-map.ts";

/** A place in an SQLX file. */
export interface SourceLocation {
  /** 1-based. */
  line: number;
  /** 1-based, in Unicode code points. */
  column: number;
  lineText: string;
  /**
   * `exact`: this very character. `expression`: somewhere in what the `${…}` at this place became.
   * `nearby`: the best guess, for a message that says so.
   */
  precision: "exact" | "expression" | "nearby";
}

/**
 * Takes the text of an SQLX file, a statement that was compiled from it and PostgreSQL's 1-based
 * position in the statement (code points). Returns the place in the file, or undefined when the
 * statement's line has nothing to do with the file.
 */
export function locateInSource(
  source: string,
  statement: string,
  position: number,
): SourceLocation | undefined {
  const place = linePosition(statement, position);
  if (!place || place.lineText.trim() === "") return undefined;
  const map = createSourceMap(source, statement, place.line - 1);
  return (
    sameLine(map, place) ??
    templateLine(map, place) ??
    overlappingLine(map, place) ??
    onlyExpression(map) ??
    onlyWord(map, place) ??
    nearestExpression(map)
  );
}

function sameLine(map: SourceMap, place: LinePosition): SourceLocation | undefined {
  const wanted = place.lineText.trim();
  const found = map.byDistance.find((index) => map.source[index]?.trim() === wanted);
  if (found === undefined) return undefined;
  const shift = indentOf(map.source[found] ?? "") - indentOf(place.lineText);
  return locationAt(map, found, Math.max(0, place.offset + shift), "exact");
}

function templateLine(map: SourceMap, place: LinePosition): SourceLocation | undefined {
  const offset = Math.max(0, place.offset - indentOf(place.lineText));
  for (const index of map.byDistance) {
    const parts = map.alignedParts(index, place.lineText.trim());
    const hit = parts?.find((part) => offset < part.end) ?? parts?.at(-1);
    if (!hit) continue;
    const isText = hit.kind === "text";
    const column = hit.sourceOffset + (isText ? offset - hit.start : 0);
    return locationAt(map, index, column, isText ? "exact" : "expression");
  }
  return undefined;
}

/** One line holds the other: a wrapper or a `;` on the same line, or a one-line `pre_operations`. */
function overlappingLine(map: SourceMap, place: LinePosition): SourceLocation | undefined {
  const compiled = place.lineText.trim();
  const offset = place.offset - indentOf(place.lineText);
  for (const index of map.byDistance) {
    const written = map.source[index] ?? "";
    const text = written.trim();
    if (Math.min(text.length, compiled.length) < 6) continue;
    const inCompiled = compiled.indexOf(text);
    const covers = inCompiled >= 0 && offset >= inCompiled && offset <= inCompiled + text.length;
    if (covers) return locationAt(map, index, indentOf(written) + offset - inCompiled, "exact");
    const inSource = written.indexOf(compiled);
    if (inSource >= 0) return locationAt(map, index, inSource + Math.max(0, offset), "exact");
  }
  return undefined;
}

/**
 * When exactly one `${…}` lies between two lines that are in both texts, the place is in its value.
 */
function onlyExpression(map: SourceMap): SourceLocation | undefined {
  const [first, ...others] = map.expressionLines;
  if (first === undefined || others.length > 0 || !map.isEnclosed) return undefined;
  return locationAt(map, first, map.source[first]?.indexOf("${") ?? 0, "expression");
}

/** The name at the place is on one line of the file only, for example in a config block. */
function onlyWord(map: SourceMap, place: LinePosition): SourceLocation | undefined {
  const word = wordAt(place);
  if (word === undefined || word.length < 3) return undefined;
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}_])${word}(?![\\p{L}\\p{N}_])`, "u");
  const [first, ...others] = map.source.flatMap((text, index) => (pattern.test(text) ? index : []));
  if (first === undefined || others.length > 0) return undefined;
  return locationAt(map, first, map.source[first]?.search(pattern) ?? 0, "nearby");
}

function nearestExpression(map: SourceMap): SourceLocation | undefined {
  const index = map.byDistance.find((candidate) => map.expressionLines.includes(candidate));
  if (index === undefined) return undefined;
  return locationAt(map, index, map.source[index]?.indexOf("${") ?? 0, "nearby");
}

function wordAt(place: LinePosition): string | undefined {
  const words = place.lineText.matchAll(/[\p{L}\p{N}_]+/gu);
  for (const { 0: word, index } of words) {
    // PostgreSQL points at the opening quote of a quoted name, and at `a` of `a.b`.
    if (place.offset >= index - 1 && place.offset < index + word.length) return word;
  }
  return undefined;
}

function locationAt(
  map: SourceMap,
  index: number,
  offset: number,
  precision: SourceLocation["precision"],
): SourceLocation {
  const lineText = map.source[index] ?? "";
  return { line: index + 1, column: columnOf(lineText, offset), lineText, precision };
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}
