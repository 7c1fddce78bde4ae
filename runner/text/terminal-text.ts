import { eastAsianWidth } from "get-east-asian-width";

// Made when it is needed first: it takes as long as all else of a command's start.
let graphemes: Intl.Segmenter | undefined;
const tabStop = 4;

/**
 * Takes any text and returns it safe to print: control characters, terminal escapes and characters
 * that reorder a line are written out (`\x1b`, `\u202e`), half surrogates become U+FFFD. Line breaks
 * become line feeds; line feeds and tabs stay.
 */
export function visibleText(text: string): string {
  return text
    .replaceAll("\r\n", "\n")
    .replace(/[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu, visibleCharacter);
}

/** Takes one line of visible text and returns it with tabs as spaces. */
export function expandTabs(line: string): string {
  const [first = "", ...rest] = line.split("\t");
  return rest.reduce((before, part) => {
    const width = displayWidth(before);
    return before + " ".repeat(tabStop - (width % tabStop)) + part;
  }, first);
}

/**
 * Takes one line of visible text and returns how many terminal columns it fills: in terminals that
 * differ, as in those that show a family of emoji as one picture or as its members, the most.
 */
export function displayWidth(line: string): number {
  if (isPlain(line)) return line.length;
  let width = 0;
  for (const { segment } of graphemesOf(line)) width += graphemeWidth(segment);
  return width;
}

/** Takes one line of visible text and returns it at most `width` columns wide, cut with `…`. */
export function clipToWidth(line: string, width: number): string {
  if (line.length <= width && isPlain(line)) return line;
  let used = 0;
  let end = 0;
  for (const { segment, index } of graphemesOf(line)) {
    const next = used + graphemeWidth(segment);
    if (next > width) return `${line.slice(0, end)}…`;
    // One column is kept free for the `…`.
    if (next <= width - 1) end = index + segment.length;
    used = next;
  }
  return line;
}

/** Takes one line of visible text and returns it filled with spaces to `width` columns. */
export function padToWidth(line: string, width: number, align: "left" | "right" = "left"): string {
  const fill = " ".repeat(Math.max(0, width - displayWidth(line)));
  return align === "left" ? line + fill : fill + line;
}

/**
 * Takes one line of visible text and returns it as lines of at most `width` columns, broken between
 * words where there are any; the lines after the first keep its indent and begin two columns further.
 */
export function wrapToWidth(line: string, width: number): string[] {
  const indent = (/^ */.exec(line)?.[0] ?? "").slice(0, Math.max(0, width - 20));
  const lines: string[] = [];
  let rest = line;
  while (displayWidth(rest) > width) {
    const end = endOfPart(rest, width);
    if (rest.slice(0, end).trim() === "") return [...lines, ...foldToWidth(rest.trim(), width)];
    lines.push(rest.slice(0, end).trimEnd());
    rest = `${indent}  ${rest.slice(end).trimStart()}`;
  }
  return [...lines, rest];
}

/** Takes one line of visible text and returns it in parts of at most `width` columns. */
export function foldToWidth(line: string, width: number): string[] {
  const parts: string[] = [];
  let rest = line;
  while (displayWidth(rest) > width) {
    const end = lengthWithin(rest, width);
    parts.push(rest.slice(0, end));
    rest = rest.slice(end);
  }
  return [...parts, rest];
}

/**
 * How many characters of a line fit; at least one grapheme, so that a caller in a loop makes
 * progress.
 */
function endOfPart(line: string, width: number): number {
  const most = lengthWithin(line, width);
  if (line[most] === " ") return most;
  const space = line.lastIndexOf(" ", most);
  return space > most / 2 ? space : most;
}

/** How many characters of a line fit; at least one grapheme, so that whoever takes them gets on. */
function lengthWithin(line: string, width: number): number {
  let used = 0;
  for (const { segment, index } of graphemesOf(line)) {
    used += graphemeWidth(segment);
    if (used > width) return Math.max(index, segment.length);
  }
  return line.length;
}

function visibleCharacter(character: string): string {
  if (character === "\n" || character === "\t") return character;
  if (character === "\r") return "\\r";
  if (/\p{Cs}/u.test(character)) return "\ufffd";
  const hex = character.charCodeAt(0).toString(16);
  return hex.length <= 2 ? `\\x${hex.padStart(2, "0")}` : `\\u${hex.padStart(4, "0")}`;
}

function isPlain(line: string): boolean {
  return /^[\x20-\x7e]*$/.test(line);
}

function graphemeWidth(grapheme: string): number {
  let width = 0;
  for (const character of grapheme) width += characterWidth(character);
  return grapheme.includes("\ufe0f") ? Math.max(2, width) : width;
}

function characterWidth(character: string): number {
  if (/[\p{Default_Ignorable_Code_Point}\p{Mn}\p{Me}]/u.test(character)) return 0;
  if (/\p{Regional_Indicator}/u.test(character)) return 1;
  if (/\p{Emoji_Presentation}/u.test(character)) return 2;
  return eastAsianWidth(character.codePointAt(0) ?? 0);
}

function graphemesOf(text: string): Intl.Segments {
  graphemes ??= new Intl.Segmenter("en", { granularity: "grapheme" });
  return graphemes.segment(text);
}
