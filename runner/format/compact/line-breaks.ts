import type { Clause, Group, Outline } from "./pieces.ts";

/**
 * Takes an outline and the pieces before which a line has to be broken because it is too long;
 * returns for each piece the line breaks before it. The author's breaks stay, and what is broken in
 * one place is broken in all places of its kind: a query before each clause, a list before each item.
 */
export function lineBreaks(outline: Outline, forced: ReadonlySet<number>): number[] {
  const { pieces, groups } = outline;
  const breaks = pieces.map(({ lineBreaks: own }, index) => {
    if (index === 0) return 0;
    const before = pieces[index - 1];
    const endsLine = before?.kind === "comment" && before.text.startsWith("--");
    return Math.max(own, endsLine || forced.has(index) ? 1 : 0);
  });
  joinSigns(outline, breaks);
  joinKeywords(outline, breaks);
  // Inner groups first: a query is broken when something inside it is.
  for (const group of groups.toReversed()) breakGroup(outline, group, breaks);
  joinKeywords(outline, breaks);
  for (const group of groups) setEmptyLines(outline, group, breaks);
  return breaks;
}

function joinLine({ pieces }: Outline, index: number, breaks: number[]): void {
  const touchesComment = [index - 1, index].some((each) => pieces[each]?.kind === "comment");
  if (index > 0 && index < pieces.length && !touchesComment) breaks[index] = 0;
}

/** A comma ends a line and never begins one; a name with dots stays on one line. */
function joinSigns(outline: Outline, breaks: number[]): void {
  for (const [index, { word }] of outline.pieces.entries()) {
    if (word === "," && (breaks[index] ?? 0) > 0) breakBefore([index + 1], breaks);
    if (/^[,;.]$/.test(word)) joinLine(outline, index, breaks);
    if (word === ".") joinLine(outline, index + 1, breaks);
  }
}

// The words after these keywords stay on the same line, unless they are a list.
const keepsBody =
  /^(?:from|where|having|limit|offset|using|set|insert|update|delete|merge|when|.*join.*|on conflict)$/;

function joinKeywords(outline: Outline, breaks: number[]): void {
  for (const clause of outline.groups.flatMap(({ clauses }) => clauses)) {
    if (clause.keyword === "") continue;
    const inside = clause.own.filter((index) => index > clause.start && index < clause.body);
    for (const index of inside) joinLine(outline, index, breaks);
    const isList = clause.items.length > 1;
    if (keepsBody.test(clause.keyword) && !isList) joinLine(outline, clause.body, breaks);
  }
}

function breakGroup(outline: Outline, group: Group, breaks: number[]): void {
  const { pieces } = outline;
  const [first] = group.own;
  if (first === undefined) return;
  for (const clause of group.clauses) breakClause(outline, group, clause, breaks);
  if (isOnSeveralLines(outline, group, breaks)) {
    const isPart = (index: number) => /^(?:when|else)$/.test(pieces[index]?.word ?? "");
    const starts =
      group.kind === "case"
        ? [...group.own.filter(isPart), group.end]
        : group.clauses.filter(({ keyword }) => keyword !== "").map(({ start }) => start);
    breakBefore(
      starts.filter((start) => group.kind !== "statement" || start !== first),
      breaks,
    );
  }
  const isBroken = hasBreak([...group.own, group.end], breaks);
  if (group.kind === "brackets" && isBroken && !group.isRow)
    breakBefore([first, group.end], breaks);
}

/** A query or `case` counts the breaks in the groups inside it, too, and those of placeholders. */
function isOnSeveralLines({ pieces }: Outline, group: Group, breaks: readonly number[]): boolean {
  const isStart = (index: number) => group.kind === "statement" && index === group.own[0];
  if (group.kind !== "case") {
    if (
      hasBreak(
        group.own.filter((index) => !isStart(index)),
        breaks,
      )
    )
      return true;
    if (!group.isQuery || group.clauses.length <= 2) return false;
  }
  return pieces
    .slice(group.start, group.end)
    .some(
      ({ text }, at) => text.includes("\n") || (at > 0 && hasBreak([group.start + at], breaks)),
    );
}

function hasBreak(indexes: readonly number[], breaks: readonly number[]): boolean {
  return indexes.some((index) => (breaks[index] ?? 0) > 0);
}

function breakBefore(indexes: readonly number[], breaks: number[]): void {
  for (const index of indexes) breaks[index] = Math.max(1, breaks[index] ?? 0);
}

function breakClause(outline: Outline, group: Group, clause: Clause, breaks: number[]): void {
  const items = clause.items;
  if (clause.keyword.startsWith("with") || group.isRow) return;
  if (items.length === 1) {
    breakConditions(outline, group, clause, breaks);
  } else if (hasBreak(items, breaks)) {
    const isFirstFree = clause.keyword === "" && group.kind === "statement";
    // Several rows may share a line, as in a matrix.
    if (clause.keyword === "values") breakBefore(items.slice(0, 1), breaks);
    else breakBefore(isFirstFree ? items.slice(1) : items, breaks);
  }
}

function breakConditions(outline: Outline, group: Group, clause: Clause, breaks: number[]): void {
  const takesConditions =
    clause.keyword === "" ? group.kind === "brackets" : /where|having|join/.test(clause.keyword);
  const conditions = clause.conditions;
  if (!takesConditions || !hasBreak(conditions, breaks)) return;
  const on = clause.own.filter((index) => outline.pieces[index]?.word === "on");
  breakBefore([...conditions, ...on], breaks);
}

/** No empty line at the edges of brackets; one around every part of a `with` on several lines. */
function setEmptyLines(outline: Outline, group: Group, breaks: number[]): void {
  const { pieces } = outline;
  for (const index of group.kind === "statement" ? [] : [group.own[0] ?? group.end, group.end]) {
    breaks[index] = Math.min(1, breaks[index] ?? 0);
  }
  const at = group.clauses.findIndex(({ keyword }) => keyword.startsWith("with"));
  const [clause, next] = group.clauses.slice(at < 0 ? group.clauses.length : at);
  if (clause === undefined || next === undefined || !hasBreak([next.start], breaks)) return;
  for (const index of [...clause.items, next.start]) {
    let start = index;
    while (pieces[start - 1]?.kind === "comment" && hasBreak([start - 1], breaks)) {
      breaks[start] = 1;
      start--;
    }
    breaks[start] = 2;
  }
}
