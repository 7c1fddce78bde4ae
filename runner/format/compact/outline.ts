import { clauseLength } from "./clauses.ts";
import { conditionStarts, itemStarts } from "./items.ts";
import {
  type Clause,
  type Group,
  isPlaceholder,
  type Outline,
  type Piece,
  piecesOf,
} from "./pieces.ts";

/** Takes SQL and returns its outline. */
export function outlineOf(sql: string): Outline {
  const pieces = piecesOf(sql);
  const groups = groupPieces(pieces);
  for (const group of groups) {
    group.isRow = isRow(group, pieces);
    splitClauses(group, pieces);
    for (const clause of group.clauses) {
      clause.items = itemStarts(pieces, clause);
      clause.conditions = conditionStarts(pieces, clause);
    }
  }
  return { pieces, groups };
}

const closings = new Map([
  ["(", ")"],
  ["[", "]"],
  ["case", "end"],
]);

function groupPieces(pieces: readonly Piece[]): Group[] {
  const groups: Group[] = [];
  let open: Group[] = [];
  const begin = (kind: Group["kind"], start: number) => {
    const group = newGroup(kind, start, open.length, pieces.length);
    groups.push(group);
    open.push(group);
    return group;
  };
  for (const [index, piece] of pieces.entries()) {
    const group = open.at(-1) ?? begin("statement", index);
    piece.group = group;
    if (group.kind !== "statement" && piece.word === closingOf(group, pieces)) {
      group.end = index;
      open.pop();
      continue;
    }
    group.own.push(index);
    if (piece.word === ";") open = [];
    else if (closings.has(piece.word)) begin(piece.word === "case" ? "case" : "brackets", index);
  }
  return groups;
}

function newGroup(kind: Group["kind"], start: number, depth: number, end: number): Group {
  return { kind, depth, start, end, own: [], clauses: [], isQuery: false, isRow: false };
}

function closingOf(group: Group, pieces: readonly Piece[]): string | undefined {
  return closings.get(pieces[group.start]?.word ?? "");
}

function isRow(group: Group, pieces: readonly Piece[]): boolean {
  if (group.kind !== "brackets" || pieces[group.start]?.clause?.keyword !== "values") return false;
  let before = group.start - 1;
  while (pieces[before]?.kind === "comment") before--;
  return /^(?:,|values)$/.test(pieces[before]?.word ?? "");
}

const queryVerb = /^(?:with|select|values|insert|update|delete|merge)\b/;

function splitClauses(group: Group, pieces: readonly Piece[]): void {
  const words = group.own.filter((index) => pieces[index]?.kind !== "comment");
  let clause = newClause("", -1, words[0] ?? -1);
  group.clauses.push(clause);
  let at = -1;
  let keywordEnd = 0;
  let isAfterPlaceholders = true;
  for (const index of group.own) {
    const isWord = index === words[at + 1];
    if (isWord) at++;
    const word = (offset: number) => pieces[words[at + offset] ?? -1]?.word ?? "";
    // A query can begin after placeholders on lines of their own.
    const isFirst = at === 0 || (isAfterPlaceholders && (pieces[index]?.lineBreaks ?? 0) > 0);
    isAfterPlaceholders &&= !isWord || isPlaceholder(pieces[index]);
    const length = !isWord || at < keywordEnd ? 0 : clauseLength(word, group, isFirst);
    if (length > 0) {
      keywordEnd = at + length;
      const keyword = Array.from({ length }, (_, offset) => word(offset)).join(" ");
      clause = newClause(keyword, index, words[keywordEnd] ?? group.end);
      group.clauses.push(clause);
      group.isQuery ||= queryVerb.test(keyword);
    }
    clause.own.push(index);
    (pieces[index] as Piece).clause = clause;
  }
}

function newClause(keyword: string, start: number, body: number): Clause {
  return { keyword, start, body, own: [], items: [], conditions: [] };
}
