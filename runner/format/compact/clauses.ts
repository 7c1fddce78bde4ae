import type { Group } from "./pieces.ts";

/** The words around a place in a group: 0 is the word there, 1 the next one, -1 the one before. */
export type Words = (offset: number) => string;

/**
 * Takes the words at a place in a group and whether the group begins there; returns of how many
 * words the keyword of a clause consists that begins there, or 0.
 */
export function clauseLength(word: Words, group: Group, isFirst: boolean): number {
  // After these comes a name, whatever it is.
  if (group.kind === "case" || word(-1) === "." || word(-1) === "as") return 0;
  if (isFirst && /^(?:with|select|values|insert|update|delete|merge)$/.test(word(0))) {
    return verbLength(word);
  }
  if (!group.isQuery) return group.kind === "brackets" ? windowClauseLength(word) : 0;
  const current = group.clauses.at(-1)?.keyword ?? "";
  return lengths.get(word(0))?.(word, current) ?? 0;
}

type Length = (word: Words, current: string) => number;

const one: Length = () => 1;
const byLength: Length = (word) => (word(1) === "by" ? 2 : 0);
const setLength: Length = (word) => (word(1) === "all" ? 2 : 1);
const statementAfterWith: Length = (word, current) =>
  current.startsWith("with") && word(-1) !== "as" ? 1 : 0;

// The words that can begin a clause of a query. "current" is the keyword of the clause before.
const lengths = new Map<string, Length>([
  ["select", verbLength],
  ["with", (word, current) => (current === "insert" ? verbLength(word) : 0)],
  ["insert", statementAfterWith],
  ["update", statementAfterWith],
  ["delete", statementAfterWith],
  ["merge", statementAfterWith],
  ["values", (word) => (word(1) === "(" ? 1 : 0)],
  ["from", (word) => (/^(?:distinct|delete)$/.test(word(-1)) ? 0 : 1)],
  ["cross", joinLength],
  ["inner", joinLength],
  ["left", joinLength],
  ["right", joinLength],
  ["full", joinLength],
  ["natural", joinLength],
  ["join", one],
  ["where", one],
  ["group", byLength],
  ["having", one],
  ["window", one],
  ["union", setLength],
  ["intersect", setLength],
  ["except", setLength],
  ["order", byLength],
  ["limit", one],
  ["offset", one],
  ["fetch", one],
  ["for", (word) => (/^(?:update|share|no|key)$/.test(word(1)) ? 1 : 0)],
  ["set", (_, current) => (/^(?:update|on conflict|when)$/.test(current) ? 1 : 0)],
  ["on", (word) => (word(1) === "conflict" ? 2 : 0)],
  ["using", (_, current) => (/^(?:delete|merge)$/.test(current) ? 1 : 0)],
  ["when", (word) => (/^(?:matched|not)$/.test(word(1)) ? 1 : 0)],
  ["returning", one],
]);

function verbLength(word: Words): number {
  if (word(0) === "with") return word(1) === "recursive" ? 2 : 1;
  if (word(0) !== "select" || !/^(?:all|distinct)$/.test(word(1))) return 1;
  // Up to the opening bracket of `distinct on (…)`; what it holds is a group of its own.
  return word(2) === "on" ? 4 : 2;
}

function joinLength(word: Words): number {
  const length = [1, 2, 3].find((offset) => word(offset) === "join");
  if (length === undefined || word(-1) === "natural") return 0;
  return length + (word(length + 1) === "lateral" ? 2 : 1);
}

// Of `over (…)`, of aggregates with an order and of window definitions.
function windowClauseLength(word: Words): number {
  if ((word(0) === "partition" || word(0) === "order") && word(1) === "by") return 2;
  const isFrame = /^(?:rows|range|groups)$/.test(word(0));
  return isFrame && /^(?:between|unbounded|current)$/.test(word(1)) ? 1 : 0;
}
