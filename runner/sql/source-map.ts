import { splitLines } from "./line-position.ts";
import { type AlignedPart, alignParts, type LinePart, splitExpressions } from "./template-line.ts";

/** How the lines of an SQLX file lie around one line of a statement compiled from it. */
export interface SourceMap {
  source: string[];
  /** Indexes of the source lines, the likeliest first. */
  byDistance: number[];
  /** Lines with a `${` between the nearest lines above and below that both texts have. */
  expressionLines: number[];
  /** Whether both texts have a line above and one below. */
  isEnclosed: boolean;
  /** The source line's parts placed in a trimmed compiled line, when it is a template of it. */
  alignedParts(index: number, compiled: string): AlignedPart[] | undefined;
}

interface Anchor {
  compiled: number;
  source: number;
}

/** Takes both texts and the index of the compiled line in question; returns the map around it. */
export function createSourceMap(
  sourceText: string,
  statement: string,
  compiledLine: number,
): SourceMap {
  const source = splitLines(sourceText);
  const compiled = splitLines(statement);
  const templates = new Map<number, Template>();
  const alignedParts = (index: number, line: string) => {
    const template = templates.get(index) ?? templateOf(source[index] ?? "");
    templates.set(index, template);
    return alignLine(template, line);
  };
  const anchorAt = createAnchorFinder(source, compiled, alignedParts);
  const above = nearestAnchor(anchorAt, compiledLine, -1, compiled.length);
  const below = nearestAnchor(anchorAt, compiledLine, 1, compiled.length);
  const expected = expectedLine(compiledLine, above, below);
  const expressionLines = between(source.length, above, below).filter((index) =>
    source[index]?.includes("${"),
  );
  return {
    source,
    byDistance: [...source.keys()].sort((a, b) => Math.abs(a - expected) - Math.abs(b - expected)),
    expressionLines,
    isEnclosed: above !== undefined && below !== undefined,
    alignedParts,
  };
}

interface Template {
  parts: LinePart[];
  indent: number;
  /** A line like `${a}, ${b}` fits too much to say anything. */
  isTelling: boolean;
}

function templateOf(sourceLine: string): Template {
  const parts = splitExpressions(sourceLine.trim());
  const hasWord = parts.some(({ kind, text }) => kind === "text" && /\w\w/.test(text));
  return {
    parts,
    indent: sourceLine.length - sourceLine.trimStart().length,
    isTelling: sourceLine.includes("${") && hasWord,
  };
}

function alignLine(
  { parts, indent, isTelling }: Template,
  compiled: string,
): AlignedPart[] | undefined {
  const [first, last] = [parts[0], parts.at(-1)];
  if (!isTelling || !first || !last) return undefined;
  // Settles nearly every line at once.
  if (first.kind === "text" && !compiled.startsWith(first.text)) return undefined;
  if (last.kind === "text" && !compiled.endsWith(last.text)) return undefined;
  return alignParts(parts, compiled)?.map((part) => ({
    ...part,
    sourceOffset: part.sourceOffset + indent,
  }));
}

/** An anchor is a compiled line that comes from exactly one line of the file. */
function createAnchorFinder(
  source: string[],
  compiled: string[],
  alignedParts: SourceMap["alignedParts"],
): (index: number) => Anchor | undefined {
  const lines = new Map<string, number[]>();
  for (const [index, line] of source.entries()) {
    const found = lines.get(line.trim());
    if (found) found.push(index);
    else lines.set(line.trim(), [index]);
  }
  const templates = [...source.keys()].filter((index) => source[index]?.includes("${"));
  return (index) => {
    const line = compiled[index]?.trim() ?? "";
    if (line.length < 3) return undefined;
    const found = lines.get(line) ?? templates.filter((template) => alignedParts(template, line));
    return found.length === 1 ? { compiled: index, source: found[0] ?? 0 } : undefined;
  };
}

// Of a long generated statement only the lines around the place are compared.
const farthestAnchor = 400;

function nearestAnchor(
  anchorAt: (index: number) => Anchor | undefined,
  from: number,
  step: 1 | -1,
  length: number,
): Anchor | undefined {
  const first = Math.max(0, from - farthestAnchor);
  const end = Math.min(length, from + farthestAnchor);
  for (let index = from + step; index >= first && index < end; index += step) {
    const anchor = anchorAt(index);
    if (anchor) return anchor;
  }
  return undefined;
}

function expectedLine(line: number, above?: Anchor, below?: Anchor): number {
  if (above && (!below || line - above.compiled <= below.compiled - line)) {
    return above.source + line - above.compiled;
  }
  return below ? below.source + line - below.compiled : line;
}

function between(length: number, above?: Anchor, below?: Anchor): number[] {
  if (!above && !below) return [];
  const first = above ? above.source + 1 : 0;
  const end = below ? below.source : length;
  return Array.from({ length: Math.max(0, end - first) }, (_, index) => first + index);
}
