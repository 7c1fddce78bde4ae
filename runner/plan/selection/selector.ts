import { RunnerError } from "../../errors.ts";

/** One selector, as `+tag:daily` is written. */
export interface Selector {
  /** As the user wrote it, for messages. */
  text: string;
  kind: "name" | "tag" | "path";
  /** The pattern, without prefix and signs. */
  value: string;
  /** `+` before: with everything that it depends on. */
  withDependencies: boolean;
  /** `+` behind: with everything that depends on it. */
  withDependents: boolean;
}

/** Selectors that all have to select an action, written with `and` between them. */
export type Intersection = readonly Selector[];

/**
 * Reads the values of `--actions` or `--exclude`: an action is selected when any of them matches
 * it. `and` may be part of a value or a separate value. `flag` is named in errors (USAGE).
 */
export function parseSelectors(values: readonly string[], flag: string): Intersection[] {
  return joinedByAnd(values, flag).map((parts) => parts.map((part) => parseSelector(part, flag)));
}

function joinedByAnd(values: readonly string[], flag: string): string[][] {
  const groups: string[][] = [];
  const words = values.flatMap(partsOf);
  let joins = false;
  for (const word of words) {
    if (word === "and") {
      if (joins || groups.length === 0) throw danglingAnd(values, flag);
      joins = true;
      continue;
    }
    if (joins) groups.at(-1)?.push(word);
    else groups.push([word]);
    joins = false;
  }
  if (joins) throw danglingAnd(values, flag);
  return groups;
}

/** What stands before, between and behind each `and` of a value, with these. */
function partsOf(value: string): string[] {
  const parts = value.split(/(?<=^|\s)(and)(?=\s|$)/).map((part) => part.trim());
  return parts.length === 1 ? parts : parts.filter((part) => part !== "");
}

function danglingAnd(values: readonly string[], flag: string): RunnerError {
  const text = values.join(" ");
  return new RunnerError("USAGE", `${flag}: "and" stands alone in "${text}"`, {
    hint: 'write a selector on both sides: "tag:daily and definitions/gold/"',
  });
}

function parseSelector(text: string, flag: string): Selector {
  const [, before, middle = "", behind] = /^(\+?)(.*?)(\+?)$/s.exec(text) ?? [];
  const { kind, value } = kindAndValue(middle);
  if (value === "") {
    throw new RunnerError("USAGE", `${flag}: "${text}" names nothing`, {
      hint: "write a name, tag:<tag>, file:<path> or a folder such as definitions/gold/",
    });
  }
  const withDependencies = before === "+";
  return { text, kind, value, withDependencies, withDependents: behind === "+" };
}

function kindAndValue(text: string): Pick<Selector, "kind" | "value"> {
  const [, prefix, rest = ""] = /^(tag|file|path):(.*)$/s.exec(text) ?? [];
  if (prefix === "tag") return { kind: "tag", value: rest };
  if (prefix) return { kind: "path", value: withoutDot(rest) };
  return /[\\/]/.test(text)
    ? { kind: "path", value: withoutDot(text) }
    : { kind: "name", value: text };
}

function withoutDot(path: string): string {
  return path.replaceAll("\\", "/").replace(/^(\.\/)+/, "");
}
