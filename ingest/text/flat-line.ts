import { canonicalOrder } from "../values/canonical-json.ts";

/** A line of JSON that was read. */
export interface FlatLine {
  /** Its values, in their order. */
  values: (string | number | boolean | null)[];
  /** Gives the same object as canonical JSON, which has no backslash. */
  write: () => string;
}

// A text without an escape, or a word. Numbers are those that JavaScript writes in the same way.
const value = String.raw`(?:"([^"\\\0-\x1f]*)"|(0|-?[1-9]\d{0,14}|-?(?:0|[1-9]\d{0,8})\.\d{0,5}[1-9]|true|false|null))`;
const longestNames = 2_000;

/**
 * Takes the keys of an object and gives what reads a line of JSON that has the same keys in the same
 * order. That gives undefined for any other line, and for texts with escapes, lists, objects and odd
 * numbers: such a line may be good JSON, and is for `JSON.parse`, which takes three times as long.
 */
export function flatLineReader(keys: readonly string[]): (line: string) => FlatLine | undefined {
  const names = keys.map((key) => JSON.stringify(key));
  const fields = names.map((name) => `${literal(name)}: ?${value}`).join(", ?");
  const isLong = fields.length > longestNames + keys.length * value.length;
  if (isLong || names.some((name) => name.includes("\\"))) return () => undefined;
  const pattern = new RegExp(`^\\{${fields}\\}\\r?$`);
  const order = canonicalOrder(keys).map(({ index, before }) => ({
    text: 2 * index + 1,
    before,
    beforeText: `${before}"`,
  }));
  return (line) => {
    const found = pattern.exec(line);
    if (found === null) return undefined;
    const values: FlatLine["values"] = [];
    for (let at = 1; at < found.length; at += 2) values.push(found[at] ?? wordValue(found[at + 1]));
    return { values, write: () => writtenLine(order, found) };
  };
}

interface Field {
  /** Where the pattern has what is in quotes; a word is at the next place. */
  text: number;
  before: string;
  beforeText: string;
}

function writtenLine(order: readonly Field[], found: RegExpExecArray): string {
  let written = "";
  for (const { text, before, beforeText } of order) {
    const said = found[text];
    written =
      said === undefined ? written + before + found[text + 1] : `${written + beforeText + said}"`;
  }
  return `${written}}`;
}

function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}

function wordValue(word = ""): number | boolean | null {
  // a look into a list of words takes longer than all else
  const first = word[0] ?? "";
  if (first <= "9") return Number(word);
  return first === "n" ? null : first === "t";
}
